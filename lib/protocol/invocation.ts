import { isObject, type Json, type JsonObject } from './json.ts';

/**
 * What a state machine sends to a component's function: the `Payload` of `arn:aws:states:::lambda:invoke`.
 * The one contract between the compiler, which writes it, and the wrapper round each component, which reads it.
 */
export interface Invocation {
  /** The step's id; names the step in errors and logs. */
  readonly step: string;
  /** The step's input; may hold markers (see values.ts) that the wrapper resolves. */
  readonly input: Json;
  /** What to hand back of the result: see {@link Slots}. Absent or empty: nothing is read, so nothing is returned. */
  readonly reads?: readonly string[];
  /**
   * Bytes that a value of the answer may have as JSON; a larger one is put into the blob store, and its marker is
   * answered. Absent: none is.
   */
  readonly spillAbove?: number;
  /**
   * The secret variables that the step may read. A marker of any other secret is not the compiler's: it came with the
   * input of an execution that was started directly, and no value is put in its place.
   */
  readonly secrets?: readonly string[];
  /**
   * Whether `onError` stands in for a failure of the component. Its own EXPRESSION_FAILURE then goes by COMPONENT_FAILED,
   * because by the other name the state machine knows a fault in the step's input, which `onError` does not cover.
   */
  readonly covered?: boolean;
  /** The steps that the compiler has made part of this one, each after those whose results it needs. */
  readonly fused?: readonly AttachedWork[];
  /**
   * Where the step is the last of a chain, the steps that the same function runs before it, in order. Markers in their
   * inputs, and in `input`, stand for what earlier ones have answered: see `linkTo`.
   */
  readonly before?: readonly Link[];
  /**
   * What the flow's output reads that may be missing, where the step is the flow's last: the flow then fails with the
   * first that is. Where the step is skipped the flow is skipped, and nothing is looked for.
   */
  readonly output?: readonly OutputRead[];
  /** The execution's ARN, or its id on a laptop. */
  readonly execution?: string;
  /** 0 for the first attempt, then the number of retries so far. */
  readonly attempt?: number;
}

/** A step whose component shares its function with those that the step comes after or before. */
export type Link = Pick<Invocation, 'step' | 'input' | 'reads' | 'secrets' | 'fused'>;

/**
 * A step without a function of its own: it takes a value out of another step's result. Where there is none, it fails as
 * a step does that reads what is missing.
 */
export interface AttachedWork {
  /** Its id; names it in errors. */
  readonly step: string;
  /** Where in the result its value is: see `parseJoined`. */
  readonly path: string;
  /** What it does with the value beside handing it on: keeps it as a blob, or insists on a text. */
  readonly does?: 'store' | 'check-text';
}

/** Something that the output of a flow reads. */
export interface OutputRead {
  /** Where in the step's own result it is: see `parseJoined`. Absent: it is elsewhere, and has been looked for. */
  readonly path?: string;
  /** What to say where it is missing; empty where it was found elsewhere. */
  readonly message: string;
}

/**
 * What the wrapper answers, and what the step's variable in the state machine holds: a value for each read asked for.
 *
 * | key | value |
 * |---|---|
 * | `$`, or a path as written: `id`, `a.b[0]`, `$.a` | the value there, or a marker |
 * | a path of what another leads to: `a*b` | the same, except that any path of null is null |
 * | `$blob(PATH)` | the id of the blob that a fused step keeps the value there in |
 * | `$if(PATH)` | whether the value there is true for `$if`: neither false, null nor missing |
 * | `$skipIf(PATH)` | whether it is true for `skipIf`: as for `$if`, and neither 0 nor "" |
 * | `$present(PATH)` | whether it is there for `$coalesce`: neither null nor missing |
 * | `$skipped` | true where the step was skipped; then each value is the skipped marker and each test is false |
 * | `$missing` | the value paths asked for that the result does not have; absent where there is none |
 * | `$links` | of a chain, what became of its steps: see {@link LinkTimes} |
 */
export type Slots = JsonObject;

/** Of a chain, by the ids of its steps, in order: the milliseconds that each took, null where it was skipped. */
export interface LinkTimes {
  readonly [step: string]: number | null;
}

/** Reads {@link LinkTimes} out of what came as JSON. */
export function linkTimesOf(value: Json | undefined): LinkTimes {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([step, ms]) => [step, typeof ms === 'number' ? ms : null]));
}

/** The tests that a read may ask for in place of a value. */
export type Test = 'if' | 'skipIf' | 'present';

/** The key of a test's slot. */
export const testKey = (test: Test, path: string): string => `$${test}(${path})`;

/** The key of the slot that holds the id of a blob. */
export const blobKey = (path: string): string => `$blob(${path})`;

const TEST_KEY = /^\$(if|skipIf|present)\((.*)\)$/s;
const BLOB_KEY = /^\$blob\((.*)\)$/s;

/** A slot's key taken apart: the path it reads, the test where it is one, and whether it asks for the id of a blob. */
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
