import type { Json } from '../../protocol/json.ts';
import { parsePath } from '../json-path/parse-path.ts';
import type { Path } from '../json-path/path-steps.ts';
import { quotedText, type Scanner } from '../json-path/scanner.ts';
import { INTRINSIC_FUNCTIONS, type IntrinsicFunction } from './intrinsic-functions.ts';

/** A call of an intrinsic function. */
export interface IntrinsicCall {
  readonly function: IntrinsicFunction;
  readonly args: readonly Argument[];
}

/** An argument: a literal, a path, or another call. */
export type Argument = { readonly literal: Json } | { readonly path: Path } | IntrinsicCall;

/** AWS allows so many calls in a field. Source: "Intrinsic functions", AWS Step Functions developer guide. */
const MAX_CALLS = 10;

/** Parses a text that is one call. Throws a {@link PathSyntaxError}. */
export function parseIntrinsic(scanner: Scanner): IntrinsicCall {
  return new IntrinsicParser(scanner).call();
}

const NAME = /States\.\w+/y;

class IntrinsicParser {
  readonly #scanner: Scanner;
  #calls = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  call(): IntrinsicCall {
    const scanner = this.#scanner;
    this.#calls += 1;
    if (this.#calls > MAX_CALLS) scanner.fail(`a field has at most ${MAX_CALLS} intrinsic functions`);
    const name = scanner.match(NAME)?.[0] ?? scanner.fail('expected the name of an intrinsic function');
    const called = INTRINSIC_FUNCTIONS.get(name) ?? scanner.fail(`there is no intrinsic function ${name}`);
    const args = this.#arguments(name === 'States.Format');
    const [minimum, maximum] = called.arity;
    if (args.length < minimum || args.length > maximum)
      scanner.fail(`${name} has ${wantedCount(minimum, maximum)}, but ${args.length} were given`);
    return { function: called, args };
  }

  /** `hasTemplate`: the first argument is a template, which unescapes itself. */
  #arguments(hasTemplate: boolean): readonly Argument[] {
    const scanner = this.#scanner;
    const args: Argument[] = [];
    scanner.skipSpace();
    scanner.expect('(');
    scanner.skipSpace();
    if (scanner.skip(')')) return args;
    do {
      scanner.skipSpace();
      args.push(this.#argument(hasTemplate && args.length === 0));
      scanner.skipSpace();
    } while (scanner.skip(','));
    scanner.expect(')');
    return args;
  }

  #argument(isTemplate: boolean): Argument {
    const scanner = this.#scanner;
    if (scanner.sees('$')) return { path: parsePath(scanner, true) };
    if (scanner.sees('States.')) return this.call();
    if (scanner.sees("'")) return { literal: this.#text(isTemplate) };
    const literal = scanner.match(LITERAL)?.[0] ?? scanner.fail('expected a path, a text in single quotes or a number');
    return { literal: JSON.parse(literal) };
  }

  #text(isTemplate: boolean): string {
    const scanner = this.#scanner;
    const text = quotedText(scanner) ?? scanner.fail('the text has no closing quote');
    if (UNKNOWN_ESCAPE.test(text)) scanner.fail("a backslash may only stand before ', {, } and a backslash");
    return isTemplate ? text : text.replace(ESCAPE, '$1');
  }
}

const LITERAL = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.-])/y;
const ESCAPE = /\\([\s\S])/g;
const UNKNOWN_ESCAPE = /^(?:[^\\]|\\[\\'{}])*\\(?![\\'{}])/;

const wantedCount = (minimum: number, maximum: number): string =>
  minimum === maximum
    ? `${minimum} arguments`
    : Number.isFinite(maximum)
      ? `${minimum} to ${maximum} arguments`
      : `at least ${minimum} arguments`;
