import type { Json, JsonObject } from '../../protocol/json.ts';
import type { Step } from './path-steps.ts';
import { quotedText, type Scanner, unescaped } from './scanner.ts';
import { select } from './select.ts';

/** Whether an item is kept. */
type Test = (item: JsonObject) => boolean;

/** The value of one side of a comparison; undefined if there is none. */
type Operand = (item: JsonObject) => Json | undefined;

/** Parses the steps of a path that come next. `name`: what a name after a dot consists of. */
type ParseSteps = (scanner: Scanner, name: RegExp) => readonly Step[];

/**
 * Parses the filter that comes next: `(@.a > 1 && !@.b)`. As on AWS, one side of a comparison is a literal, and regular
 * expressions and operators that are words are not supported. An item that is no object is never kept.
 * Source: "Reference paths", AWS Step Functions developer guide.
 */
export function parseFilter(scanner: Scanner, parseSteps: ParseSteps): Test {
  scanner.skipSpace();
  scanner.expect('(');
  return new FilterParser(scanner, parseSteps).untilParenthesis();
}

class FilterParser {
  readonly #scanner: Scanner;
  readonly #parseSteps: ParseSteps;

  constructor(scanner: Scanner, parseSteps: ParseSteps) {
    this.#scanner = scanner;
    this.#parseSteps = parseSteps;
  }

  /** Parses what stands in parentheses, and skips the closing one. */
  untilParenthesis(): Test {
    const tests = this.#scanner.nested(() => this.#operands('||', () => this.#all()));
    this.#scanner.expect(')');
    return (item) => tests.some((test) => test(item));
  }

  #all(): Test {
    const tests = this.#operands('&&', () => this.#one());
    return (item) => tests.every((test) => test(item));
  }

  #operands(operator: string, parse: () => Test): readonly Test[] {
    const tests: Test[] = [];
    do tests.push(parse());
    while (this.#skip(operator));
    return tests;
  }

  #skip(text: string): boolean {
    this.#scanner.skipSpace();
    return this.#scanner.skip(text);
  }

  #one(): Test {
    let isNegated = false;
    while (this.#skip('!')) isNegated = !isNegated;
    const test = this.#scanner.skip('(') ? this.untilParenthesis() : this.#comparison();
    return isNegated ? (item) => !test(item) : test;
  }

  #comparison(): Test {
    const scanner = this.#scanner;
    const isPath = scanner.sees('@');
    const left = this.#operand();
    scanner.skipSpace();
    const compare = OPERATORS[scanner.match(OPERATOR)?.[0] ?? ''];
    if (compare === undefined) {
      if (!isPath) scanner.fail('expected an operator');
      return (item) => left(item) !== undefined;
    }
    scanner.skipSpace();
    if (isPath === scanner.sees('@')) scanner.fail('one side of a comparison is a path from @, the other a literal');
    const right = this.#operand();
    return (item) => compare(left(item), right(item));
  }

  #operand(): Operand {
    if (this.#scanner.skip('@')) {
      const steps = this.#parseSteps(this.#scanner, NAME);
      return (item) => select(item, steps).at(0);
    }
    const literal = parseLiteral(this.#scanner);
    return () => literal;
  }
}

const OPERATORS: Readonly<Record<string, (left: Json | undefined, right: Json | undefined) => boolean>> = {
  '==': isEqual,
  '!=': (left, right) => !isEqual(left, right),
  '<': (left, right) => ordered(left, right, (sign) => sign < 0),
  '<=': (left, right) => ordered(left, right, (sign) => sign <= 0),
  '>': (left, right) => ordered(left, right, (sign) => sign > 0),
  '>=': (left, right) => ordered(left, right, (sign) => sign >= 0),
};

const OPERATOR = /[=!<>]=|[<>](?!=)/y;

/** What a name in a filter consists of. */
const NAME = /[^.[\]()\s=!<>&|]+/y;
const LITERAL = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.-])/y;
/** As on AWS, a text may stand without quotes: it ends at a parenthesis or an operator. */
const WORD = /[^\s'"@$()[\]{}=!<>&|~/][^'"@()=!<>&|]*/y;

function parseLiteral(scanner: Scanner): Json {
  const quoted = quotedText(scanner);
  if (quoted !== undefined) return unescaped(quoted);
  const literal = scanner.match(LITERAL)?.[0];
  if (literal !== undefined) return JSON.parse(literal);
  const word = scanner.match(WORD)?.[0] ?? scanner.fail('expected a path from @ or a literal');
  return word.trim();
}

/** Equality of scalars, where a text equals the number that it writes. */
function isEqual(left: Json | undefined, right: Json | undefined): boolean {
  if (typeof left === 'number' && typeof right === 'string') return `${left}` === right;
  if (typeof left === 'string' && typeof right === 'number') return left === `${right}`;
  return left === right;
}

/** Only two numbers, or two texts, have an order. */
function ordered(left: Json | undefined, right: Json | undefined, holds: (sign: number) => boolean): boolean {
  if (typeof left === 'number' && typeof right === 'number') return holds(left - right);
  return typeof left === 'string' && typeof right === 'string' && holds(left < right ? -1 : left > right ? 1 : 0);
}
