import { isObject, type Json, type JsonObject } from './json.ts';

/**
 * What a state machine sends to a component's function: the `Payload` of `arn:aws:states:::lambda:invoke`.
 * The one contract between the compiler, which writes it, and the wrapper round each component, which reads it.
 */
export interface Invocation {
  /** The step's id; names the step in errors and logs. */
  readonly step: string;
  /** The step's input. The wrapper resolves the markers in it: see markers.ts. */
  readonly input: Json;
  /** What to return of the result: see {@link Slots}. Absent or empty: nothing is read, so nothing is returned. */
  readonly reads?: readonly string[];
  /**
   * Maximum bytes of a value of the answer as JSON. A larger one is spilled to the blob store and its marker is returned.
   * Absent: nothing is spilled.
   */
  readonly spillAbove?: number;
  /**
   * The secret variables that the step may read. The wrapper resolves no marker of any other secret: the compiler did not
   * write it, it came with the input of an execution that was started directly.
   */
  readonly secrets?: readonly string[];
  /**
   * Whether `onError` handles failures of the component. The wrapper then reports the component's own EXPRESSION_FAILURE
   * as COMPONENT_FAILED, because EXPRESSION_FAILURE means a failure of the step's input, which `onError` does not handle.
   */
  readonly covered?: boolean;
  /** The attached work: steps that this invocation does on the result, each after those whose results it needs. */
  readonly fused?: readonly AttachedWork[];
  /**
   * For the last step of a fused chain: the steps that the same function runs before it, in order. Markers in their
   * inputs and in `input` stand for the answers of earlier steps: see `earlierSlot`.
   */
  readonly before?: readonly FusedStep[];
  /**
   * For the flow's last step: what the flow's output reads and may be missing. The flow fails with the first one that is.
   * If the step is skipped, so is the flow, and nothing is checked.
   */
  readonly output?: readonly OutputRead[];
  /** The execution's ARN, or its id on a laptop. */
  readonly execution?: string;
  /** The ARN of the execution that makes the call, where that is not the flow's own: a child of a distributed Map. */
  readonly childExecution?: string;
  /**
   * Which iteration of the `map` and `iterate` steps around it, outermost first, each after a `/`: `/3/12`. Absent in none.
   * With the execution and the step it tells the calls of an execution apart.
   */
  readonly iteration?: string;
  /** 0 for the first attempt, then the number of retries so far. */
  readonly attempt?: number;
  /** Seconds that the step allows its component, if it says so. */
  readonly timeout?: number;
  /** The task token of a component that waits for an answer: see `WaitingRecord`. */
  readonly token?: string;
}

/** An invocation by another component. */
export interface DirectInvocation extends Invocation {
  /**
   * Secrets that are in the input by their values: the wrapper hides them as it does those that it has resolved itself. No
   * state machine contains any.
   */
  readonly hidden?: readonly Json[];
  /** Identifies the call that it is made in, and its place there: the key of the call is made of it, not of the execution. */
  readonly within?: string;
}

/** A step of a fused chain: the steps of a chain share one function. */
export type FusedStep = Pick<Invocation, 'step' | 'input' | 'reads' | 'secrets' | 'fused'>;

/**
 * A step without a function of its own, which reads a value from another step's result. If the value is missing, it fails
 * with EXPRESSION_FAILURE, as any step does.
 */
export interface AttachedWork {
  /** The step's id; names it in errors. */
  readonly step: string;
  /** The path of its value in the result: see `parseJoined`. */
  readonly path: string;
  /** `store`: stores the value as a blob. `check-text`: fails unless the value is a string. Absent: only reads it. */
  readonly does?: 'store' | 'check-text';
}

/** A value that the output of a flow reads. */
export interface OutputRead {
  /** Its path in the step's own result: see `parseJoined`. Absent: it is elsewhere, and has already been checked. */
  readonly path?: string;
  /** Whether a missing value is no failure, only an operator whose operands do not fit it. @default false */
  readonly lenient?: boolean;
  /** The error message if it is missing. Without `path`: empty if the value is present. */
  readonly message: string;
  /** What reads it, for the message of an operator whose operands do not fit it: `field "x" of the output`. */
  readonly reader?: string;
}

/**
 * The wrapper's answer, which the step's variable in the state machine holds: a slot for each requested read.
 *
 * | key | value |
 * |---|---|
 * | `$`, or a path as written: `id`, `a.b[0]`, `$.a` | the value there, or a marker |
 * | a path into the value of another path: `a*b` | the same, except that any path of null is null |
 * | `$op(OPERATION)` | what an operation makes of parts of the value: see `operationText`; a fault is its marker, and in `$missing` |
 * | `$blob(PATH)` | the id of the blob in which attached work stored the value there |
 * | `$if(PATH)` | whether the value there is true for `$if`: neither false, null nor missing |
 * | `$skipIf(PATH)` | whether it is true for `skipIf`: as for `$if`, and neither 0 nor "" |
 * | `$present(PATH)` | whether it is there for `$coalesce`: neither null nor missing |
 * | `$skipped` | true if the step was skipped; each value is then the skipped marker and each test is false |
 * | `$missing` | the requested value paths that the result does not have; absent if there is none |
 * | `$links` | only for a fused chain: see {@link FusedStepTimes} |
 */
export type Slots = JsonObject;

/** Milliseconds of each step of a fused chain, by step id, in order; null if the step was skipped. */
export interface FusedStepTimes {
  readonly [step: string]: number | null;
}

/** Reads {@link FusedStepTimes} from JSON. */
export function readFusedStepTimes(value: Json | undefined): FusedStepTimes {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([step, ms]) => [step, typeof ms === 'number' ? ms : null]));
}

/** A test that a read may request in place of the value. */
export type Test = 'if' | 'skipIf' | 'present';

/** The key of a test's slot. */
export const testKey = (test: Test, path: string): string => `$${test}(${path})`;

/** The key of the slot that holds the id of a blob. */
export const blobKey = (path: string): string => `$blob(${path})`;

/** Whether a text is a {@link blobKey}. */
export const isBlobKey = (text: string): boolean => text.startsWith('$blob(');

const TEST_KEY = /^\$(if|skipIf|present)\((.*)\)$/s;
const BLOB_KEY = /^\$blob\((.*)\)$/s;

/** Parses a slot's key: the path it reads, its test, if any, and whether it requests the id of a blob (`stored`). */
export function parseSlotKey(key: string): { readonly path: string; readonly test?: Test; readonly stored?: true } {
  const tested = TEST_KEY.exec(key);
  const read = tested?.[2] ?? key;
  const stored = BLOB_KEY.exec(read);
  return {
    path: stored?.[1] ?? read,
    ...(tested && { test: tested[1] as Test }),
    ...(stored && { stored: true }),
  };
}
