import type { JsonPointer } from './json-pointer.ts';

/**
 * The kind of a problem, AWS's codes.
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
  | 'ValidationException';

/** A problem in a definition. */
export interface Problem {
  readonly code: ProblemCode;
  /** AWS's message, where it is known. */
  readonly message: string;
  /** The location as AWS writes it, e.g. `/States/A/Catch[0]/Next`, which may be that of the whole state; absent where AWS gives none. */
  readonly location?: string;
  /** A JSON pointer to the faulty value. */
  readonly pointer: string;
  /** How to fix it, where the message does not say. */
  readonly help?: string;
}

/** AWS's validation reports at most so many problems in a message. */
const MAX_REPORTED = 100;

/** A definition that cannot run, with all its problems. The message is that of AWS's CreateStateMachine. */
export class DefinitionError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(`Invalid State Machine Definition: '${problems.slice(0, MAX_REPORTED).map(describeProblem).join(', ')}'`);
    this.name = 'DefinitionError';
    this.problems = problems;
  }
}

/** AWS writes "null" for a missing location. */
const describeProblem = ({ code, message, location }: Problem): string =>
  `${code}: ${message} at ${location ?? 'null'}`;

/** Optional parts of a problem. */
export interface ProblemOptions {
  readonly code?: ProblemCode;
  readonly help?: string;
  /** Where AWS locates the problem, if not at the faulty value itself. */
  readonly at?: JsonPointer;
}

/** Collects the problems of a definition. */
export class Problems {
  readonly all: Problem[] = [];
  /** Problems only if the definition is to be an Express state machine. */
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
