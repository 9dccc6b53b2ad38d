import type { JsonPointer } from './json-pointer.ts';

/**
 * What kind of problem it is: AWS's codes, and NOT_SUPPORTED_HERE for what AWS would run and the local engine does not.
 * Source: "ValidateStateMachineDefinitionDiagnostic", AWS Step Functions API reference.
 */
export type ProblemCode =
  | 'SCHEMA_VALIDATION_FAILED'
  | 'MISSING_TRANSITION_TARGET'
  | 'MISSING_END_STATE'
  | 'DUPLICATE_STATE_NAME'
  | 'INVALID_STATE_NAME'
  | 'DUPLICATE_LABEL_NAME'
  | 'INVALID_LABEL_NAME'
  | 'INVALID_VARIABLE_NAME'
  | 'RESERVED_VARIABLE_NAME'
  | 'INVALID_JSONATA_EXPRESSION'
  | 'UNSUPPORTED_JSONATA_EXPRESSION'
  | 'ValidationException'
  | 'NOT_SUPPORTED_HERE';

/** A place in a definition that is wrong. */
export interface Problem {
  readonly code: ProblemCode;
  /** AWS's message, as far as it is known. */
  readonly message: string;
  /** The place as AWS writes it, e.g. `/States/A/Catch[0]/Next`; absent where AWS names none. It may be that of the whole state. */
  readonly location?: string;
  /** A JSON pointer to what is wrong. */
  readonly pointer: string;
  /** What to do about it, where the message does not say. */
  readonly help?: string;
}

/** The most problems that a message has, as AWS's validation gives. */
const MOST_TOLD = 100;

/** A definition that cannot run; all its problems at once. The message is that of AWS's CreateStateMachine. */
export class DefinitionError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(`Invalid State Machine Definition: '${problems.slice(0, MOST_TOLD).map(flatten).join(', ')}'`);
    this.name = 'DefinitionError';
    this.problems = problems;
  }
}

/** AWS writes "null" for a place that it does not name. */
const flatten = ({ code, message, location }: Problem): string => `${code}: ${message} at ${location ?? 'null'}`;

/** What else there is to say of a problem. */
export interface ProblemOptions {
  readonly code?: ProblemCode;
  readonly help?: string;
  /** The place that AWS names, where that is not the very one. */
  readonly at?: JsonPointer;
}

/** Collects the problems of a definition. */
export class Problems {
  readonly all: Problem[] = [];
  /** What only keeps the definition from being an Express state machine. */
  readonly forExpress: Problem[] = [];

  add(pointer: JsonPointer, message: string, options: ProblemOptions = {}): void {
    this.all.push(problemAt(pointer, message, options));
  }

  addForExpress(pointer: JsonPointer, message: string): void {
    this.forExpress.push(problemAt(pointer, message, {}));
  }
}

function problemAt(pointer: JsonPointer, message: string, { code, help, at }: ProblemOptions): Problem {
  return {
    code: code ?? 'SCHEMA_VALIDATION_FAILED',
    message,
    location: (at ?? pointer).location || '/',
    pointer: pointer.text,
    ...(help !== undefined && { help }),
  };
}
