import type { Template } from '../../../asl/state-machine.ts';
import type { ReadPath, StepReference, VariableReference } from '../../../flow/expression.ts';
import type { Json } from '../../../protocol/json.ts';
import type { KnownConditions } from '../../plan/condition-graph.ts';
import type { ConditionReference } from '../../plan/hoisted-conditions.ts';
import type { Jsonata } from './jsonata.ts';

/** Where an expression finds what it reads, in JSONata. */
export interface ExpressionScope {
  /** The slots of a step's result. */
  readonly slots: (step: string) => Jsonata;
  /** The flow's input at a path; no value where it is missing. */
  readonly input: (path: ReadPath) => Jsonata;
  readonly inputSchema?: Json;
  /** What the input is called in messages. @default the flow's input */
  readonly inputCalled?: string;
  /** What is given to a variable, where only a run knows that, at the path of a reference; no value where it is missing. */
  readonly variable: (reference: VariableReference) => Jsonata;
  /** The value of a hoisted condition. */
  readonly hoisted: (known: ConditionReference) => Jsonata;
  /** The hoisted conditions that take the place of what they are made of. @default none */
  readonly known?: KnownConditions | undefined;
  /** The link for a reference that the wrapper resolves; undefined for any other. */
  readonly link?: (reference: StepReference) => Template | undefined;
  /** The marker of a value that was packed, for a reference in the input of a function; undefined for any other. */
  readonly packed?: (reference: StepReference) => Jsonata | undefined;
  /** Whether a function takes the values, which then does the operations in them itself. @default the state machine does them */
  readonly byFunction?: true;
  /** Steps that run later, whose tests may have any value here: see `PlannedStep`. */
  readonly laterDeciders?: ReadonlySet<string>;
}
