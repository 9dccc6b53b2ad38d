import { createContext, Script } from 'node:vm';
import { mostSteps } from './pattern-work.ts';

/**
 * Milliseconds after which a search with a regular expression of a user is given up. Node's regular expressions backtrack: one
 * such as `^(a+)+$` may take longer than the universe is old.
 */
const PATTERN_MS = 2_000;

/** Searches of up to so many steps are far below {@link PATTERN_MS} however they end. */
const FEW_STEPS = 10_000_000;

/** A search was given up after {@link PATTERN_MS}. */
export class PatternTimeout extends Error {
  constructor(source: string, length: number) {
    super(
      `the regular expression "${source}" takes longer than ${PATTERN_MS / 1000} seconds for a text of ${length} characters`,
    );
    this.name = 'PatternTimeout';
  }
}

/**
 * A regular expression of a user, in the place of a `RegExp`: the same results, but a search that takes too long throws a
 * {@link PatternTimeout}.
 */
export class BoundedPattern extends RegExp {
  override exec(text: string): RegExpExecArray | null {
    const search = (): RegExpExecArray | null => super.exec(text);
    return mostSteps(this.source, text.length) <= FEW_STEPS ? search() : withinLimit(search, this.source, text);
  }

  // RegExp's own methods call `exec`: `test` does it for every subclass that has one.
  override test(text: string): boolean {
    return this.exec(text) !== null;
  }
}

/** Where a search runs under a time limit: only a script of its own can be stopped. */
const scope: { search: (() => RegExpExecArray | null) | undefined } = { search: undefined };
const script = new Script('search()');
let context: object | undefined;

function withinLimit(search: () => RegExpExecArray | null, source: string, text: string): RegExpExecArray | null {
  context ??= createContext(scope);
  scope.search = search;
  try {
    return script.runInContext(context, { timeout: PATTERN_MS });
  } catch (error) {
    // It is made in the script's context, where Error is another one.
    const isTimeout = Object(error).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
    throw isTimeout ? new PatternTimeout(source, text.length) : error;
  } finally {
    scope.search = undefined;
  }
}

/** A pattern of JSON Schema: with the `u` flag, as it demands; without it where it is only valid so. Throws a SyntaxError. */
export function schemaPattern(source: string): BoundedPattern {
  try {
    return new BoundedPattern(source, 'u');
  } catch {
    return new BoundedPattern(source);
  }
}
