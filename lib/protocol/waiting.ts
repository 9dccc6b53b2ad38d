import type { Json } from './json.ts';
import { isObject } from './json.ts';

/**
 * The built-in components that ask somebody, and wait for the answer: their function stores what is asked, and ends. By their
 * names, with who answers: a person who approves or rejects, or a machine that sends a value.
 */
export const WAITING_COMPONENTS = { approval: 'approval', wait_for_callback: 'callback' } as const;

/** What answers a component that waits. */
export type AnswerKind = (typeof WAITING_COMPONENTS)[keyof typeof WAITING_COMPONENTS];

/** What answers the built-in component at this path, `/builtin/approval` or `/approval`; undefined for one that does not wait. */
export function answerKindOf(component: string): AnswerKind | undefined {
  const name = component.replace(/^(?:\/builtin)?\//, '');
  return Object.hasOwn(WAITING_COMPONENTS, name)
    ? WAITING_COMPONENTS[name as keyof typeof WAITING_COMPONENTS]
    : undefined;
}

/**
 * A step that waits for an answer, as its function stores it in the store of blobs, and as whoever answers reads it: what is
 * asked, and what the state machine wants to read of the answer.
 */
export interface WaitingRecord {
  /** The task token. Whoever has it can end the step: it is nowhere but here. */
  readonly token: string;
  readonly component: string;
  /** The execution of the flow: its ARN, or its id on a laptop. */
  readonly execution: string;
  /** The step's id; `RUNNER.ID` for a step of an inner flow. */
  readonly step: string;
  /** Which iteration of the `map` and `iterate` steps around it: see `Invocation`. */
  readonly iteration?: string;
  /** 0 for the first attempt. */
  readonly attempt: number;
  readonly title?: string;
  /** Large details are in a blob: this is then its marker. */
  readonly details?: Json;
  /** Seconds for which it waits; absent: as long as the execution may run. */
  readonly timeout?: number;
  /** When it was asked, as in ISO 8601. */
  readonly askedAt: string;
  /** See `Invocation`. */
  readonly reads: readonly string[];
  readonly spillAbove?: number;
}

/** Reads a {@link WaitingRecord}; undefined for anything else. */
export function readWaitingRecord(text: string): WaitingRecord | undefined {
  const value: unknown = JSON.parse(text);
  // Only the functions of components that wait write there.
  return isObject(value) && typeof value.token === 'string' && typeof value.step === 'string'
    ? (value as unknown as WaitingRecord)
    : undefined;
}

/**
 * The key of the slot by which a function says that it has stored what is asked, with the record's key: the answer is still to
 * come. No read has it: it is no path.
 */
export const WAITING_KEY = '$waiting(record)';

/** Which item or round a step is of, as people write it: `3`, or `3/12` in a map in a map; undefined for a step in none. */
export const itemOf = ({ iteration }: Pick<WaitingRecord, 'iteration'>): string | undefined => iteration?.slice(1);

/** The name of an execution, from its ARN or id. The name is the eighth part of an ARN. */
export const nameOfExecution = (execution: string): string => execution.split(':')[7] ?? execution;

/** The folder in the store's folder of such records of what the steps of an execution ask, and of the answers to it. */
export const folderOfExecution = (execution: string): string =>
  encodeURIComponent(nameOfExecution(execution)).replaceAll('.', '%2E');

/** The names of the folders in the folder of an execution. */
export const ASKED = 'asked';
export const ANSWERED = 'answered';

/** What tells a step's record from others of the execution. Another attempt has the same: its record replaces the one before. */
export const placeText = ({
  execution,
  step,
  iteration,
}: Pick<WaitingRecord, 'execution' | 'step' | 'iteration'>): string =>
  JSON.stringify([execution, step, iteration ?? null]);

/** What tells an answer from others of the execution. Each attempt has its own. */
export const answerText = ({ execution, token }: Pick<WaitingRecord, 'execution' | 'token'>): string =>
  JSON.stringify([execution, token]);
