import { FlowError } from '../protocol/errors.ts';
import type { Slots } from '../protocol/invocation.ts';
import { QUOTAS } from '../protocol/quotas.ts';
import {
  ANSWERED,
  ASKED,
  answerText,
  folderOfExecution,
  placeText,
  WAITING_KEY,
  type WaitingRecord,
} from '../protocol/waiting.ts';
import type { Component, ComponentOptions } from './component.ts';
import { sha256 } from './stores/blobs.ts';
import type { ObjectStore } from './stores/object-store.ts';
import { keyIn } from './stores/store-folders.ts';
import { type Handler, type WrapOptions, wrap } from './wrapper.ts';

/** The key of a step's record in the store. */
const recordKeyOf = (record: Pick<WaitingRecord, 'execution' | 'step' | 'iteration'>): string =>
  keyIn('waiting', `${folderOfExecution(record.execution)}/${ASKED}/${sha256(placeText(record))}.json`);

/** The key of what says that a step was answered. */
export const answerKeyOf = (record: Pick<WaitingRecord, 'execution' | 'token'>): string =>
  keyIn('waiting', `${folderOfExecution(record.execution)}/${ANSWERED}/${sha256(answerText(record))}.json`);

/** Bytes of JSON above which what a person is shown is stored as a blob of its own: a list of records is read at once. */
const MOST_SHOWN_BYTES = 16 * 1024;

/** A component whose input is what is asked, and whose output is the schema of the answer. */
export const waitingComponent = (options: Omit<ComponentOptions, 'uses'>): Component => ({
  ...options,
  uses: ['waiting:write'],
  run: () => {
    throw new FlowError(
      'INVALID_INPUT',
      'an answer can only be waited for by a state of a Standard workflow, not by a flow that a function runs',
    );
  },
});

/**
 * Wraps a component that waits. Its function checks what is asked, stores it with the task token, and ends; whoever answers
 * completes the task: see `lib/executions/waiting`.
 */
export function wrapWaiting(component: Component, options: WrapOptions): Handler {
  let opened: ObjectStore | undefined;
  const store = (): ObjectStore => {
    opened ??= options.store();
    return opened;
  };
  const asIs = wrap(component, { ...options, store });
  const ask = wrap({ ...component, output: component.input, run: (input) => input as never }, { ...options, store });
  return async (invocation, host = {}) => {
    const { token, reads = [], spillAbove, timeout, output: _, fused: __, ...call } = invocation;
    if (token === undefined) return asIs(invocation, host);
    const asked = await ask({ ...call, reads: ['title', 'details', 'timeout'], spillAbove: MOST_SHOWN_BYTES }, host);
    if (asked.$skipped === true) throw new FlowError('ORCHESTRATOR_ERROR', `step "${call.step}" reads a skipped step`);
    const { title, details, timeout: wanted } = given(asked);
    if (typeof wanted === 'number' && (timeout === undefined || timeout > wanted + 1)) throw hiddenTimeout(call.step);
    const record: WaitingRecord = {
      ...{ token, component: options.path ?? '', execution: call.execution ?? '', step: call.step },
      ...(call.iteration !== undefined && { iteration: call.iteration }),
      attempt: call.attempt ?? 0,
      ...(typeof title === 'string' && { title }),
      ...(details !== undefined && { details }),
      ...(timeout !== undefined && timeout < QUOTAS.seconds && { timeout }),
      askedAt: new Date().toISOString(),
      reads,
      ...(spillAbove !== undefined && { spillAbove }),
    };
    const key = recordKeyOf(record);
    await (host.store ?? store()).write(key, JSON.stringify(record));
    return { [WAITING_KEY]: key };
  };
}

/** The fields of what is asked that are there. */
function given({ $missing, ...slots }: Slots): Slots {
  const missing = Array.isArray($missing) ? $missing : [];
  return Object.fromEntries(Object.entries(slots).filter(([key, value]) => value !== null && !missing.includes(key)));
}

/** The state machine has not seen the timeout: it is in a blob, or an operator makes it. */
const hiddenTimeout = (step: string): FlowError =>
  new FlowError(
    'INVALID_INPUT',
    `step "${step}" has a "timeout" that the state machine cannot read; write its input as a map, and in it "timeout" as a number, a reference or an $if`,
  );
