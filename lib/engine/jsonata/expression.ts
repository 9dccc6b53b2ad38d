import type { Json, JsonObject } from '../../protocol/json.ts';
import type { Clock } from '../types.ts';

/** The value of `$states`. */
export interface StatesVariable {
  readonly input: Json;
  readonly result?: Json;
  readonly errorOutput?: JsonObject;
  readonly context: JsonObject;
}

/** The environment in which expressions are evaluated. */
export interface Environment {
  readonly states: StatesVariable;
  /** A variable's value, or undefined if there is none. */
  variable(name: string): Json | undefined;
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

/** A parsed expression. */
export interface Expression {
  /** The text between `{%` and `%}`, trimmed. */
  readonly source: string;
  /** The references that are not available everywhere, see `referencesOf`. */
  readonly references: readonly string[];
  /**
   * The value, or a promise of it; undefined if the expression has no result. Throws, or rejects with, an
   * {@link ExpressionError}.
   */
  evaluate(environment: Environment): Json | undefined | Promise<Json | undefined>;
}

/** An error of JSONata: a code such as T1006, and its message. `position` counts characters from the start of the expression. */
export class ExpressionError extends Error {
  readonly code: string;
  readonly position: number | undefined;
  constructor(code: string, message: string, position?: number) {
    super(message);
    this.name = 'ExpressionError';
    this.code = code;
    this.position = position;
  }
}

/** The code of an expression that was stopped: AWS reports it without a code, with one of these messages. */
export const NO_CODE = '';
export const MEMORY = 'Expression evaluation memory limit exceeded: Check for excessive memory usage';
export const TIMEOUT = 'Expression evaluation timeout: Check for infinite loop';
export const DEPTH =
  'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive';

/** The code of an expression whose value is a function: AWS reports it without a code, as an unsupported result type. */
export const UNSUPPORTED_RESULT = 'unsupported result';

const EXPRESSION = /^\{%([\s\S]*)%\}$/;

/** The expression's text in a string of the form `{% … %}`; undefined for all other strings. */
export const expressionText = (text: string): string | undefined =>
  text.startsWith('{%') ? EXPRESSION.exec(text)?.[1]?.trim() : undefined;
