import { type FailedFusedStep, readTrace, stackWith } from '../protocol/failure-place.ts';
import type { DirectInvocation, FusedStep, Invocation, Slots } from '../protocol/invocation.ts';
import { isObject, type Json } from '../protocol/json.ts';
import { readEarlierSlot } from '../protocol/markers.ts';
import type { Component } from './component.ts';
import { type Handler, type HostContext, type WrapOptions, wrap } from './wrapper.ts';

/** Options of {@link wrapFusedChain}. */
export interface FusedChainOptions extends Omit<WrapOptions, 'path' | 'starts'> {
  /** The paths of the components, in order. */
  readonly paths?: readonly string[];
}

/**
 * Wraps the components of a fused chain as one handler, which runs them in order: one invocation has the inputs of all
 * steps, and the answer is that of the last step. Each step reads the slots that the wrappers of earlier steps returned,
 * so it behaves as in a function of its own; values between the steps are not spilled.
 */
export function wrapFusedChain(components: readonly Component[], options: FusedChainOptions): Handler {
  const { paths = [], ...common } = options;
  const handlers = components.map((component, at) =>
    wrap(component, { ...common, path: paths[at] ?? '', starts: at === 0 }),
  );
  return async ({ before = [], ...last }, host = {}) => {
    const steps: readonly Invocation[] = [...before.map((step) => ({ ...commonOf(last), ...step })), last];
    const answers = new Map<string, Slots>();
    const times: { [step: string]: number | null } = {};
    for (const [at, step] of steps.entries()) {
      const startMs = performance.now();
      const elapsedMs = (): number => Math.round(performance.now() - startMs);
      const failed = (error: unknown): never =>
        rethrowWithPlace({ step: step.step, times: { ...times, [step.step]: elapsedMs() } }, error);
      const invocation = { ...step, input: fillSlots(step.input, answers) };
      const slots = (await handlers[at]?.(invocation, hostOf(host, step)).catch(failed)) ?? {};
      answers.set(step.step, slots);
      times[step.step] = slots.$skipped === true ? null : elapsedMs();
    }
    return { ...answers.get(last.step), $links: times };
  };
}

type Common = Pick<DirectInvocation, 'execution' | 'childExecution' | 'iteration' | 'attempt' | 'within'>;

const commonOf = ({ execution, childExecution, iteration, attempt, within }: DirectInvocation): Common => ({
  ...(execution !== undefined && { execution }),
  ...(childExecution !== undefined && { childExecution }),
  ...(iteration !== undefined && { iteration }),
  ...(within !== undefined && { within }),
  ...(attempt !== undefined && { attempt }),
});

/** Makes the ids of calls to other components unique among the steps of the chain. */
function hostOf({ call, ...host }: HostContext, { step }: FusedStep): HostContext {
  if (!call) return host;
  return { ...host, call: (path, invocation, id) => call(path, invocation, id === undefined ? id : `${step} ${id}`) };
}

/** Replaces the markers of earlier slots with copies of the slots, so that no step shares data with another. */
function fillSlots(value: Json, answers: ReadonlyMap<string, Slots>): Json {
  const source = readEarlierSlot(value);
  const slot = source && answers.get(source.step)?.[source.key];
  if (slot !== undefined) return structuredClone(slot);
  if (Array.isArray(value)) return value.map((item) => fillSlots(item, answers));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillSlots(item, answers)]));
}

/** Keeps code and message, and adds to the failure's place which step of the chain failed. */
function rethrowWithPlace(failedStep: FailedFusedStep, error: unknown): never {
  if (error instanceof Error) {
    const stack = error.stack ?? '';
    error.stack = stackWith(stack, { ...readTrace(stack.split('\n')).place, link: failedStep });
  }
  throw error;
}
