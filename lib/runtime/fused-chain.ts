import { type FailedLink, readTrace, stackWith } from '../protocol/failure-place.ts';
import type { Invocation, Link, Slots } from '../protocol/invocation.ts';
import { isObject, type Json } from '../protocol/json.ts';
import { linkIn } from '../protocol/markers.ts';
import type { Component } from './component.ts';
import { type Handler, type HostContext, type WrapOptions, wrap } from './wrapper.ts';

/**
 * Puts the wrapper round each of several components, which are run one after another as steps that stand in a chain: one
 * invocation has the inputs of all, and the answer is the last one's. What a step reads of those before it is what their
 * wrappers answered, so each goes as it would in a function of its own; nothing between them is spilled.
 */
export function wrapFusedChain(components: readonly Component[], options: WrapOptions): Handler {
  const handlers = components.map((component) => wrap(component, options));
  return async ({ before = [], ...last }, host = {}) => {
    const links: readonly Invocation[] = [...before.map((link) => ({ ...commonOf(last), ...link })), last];
    const answers = new Map<string, Slots>();
    const took: { [step: string]: number | null } = {};
    for (const [at, link] of links.entries()) {
      const startMs = performance.now();
      const msSoFar = (): number => Math.round(performance.now() - startMs);
      const failed = (error: unknown): never =>
        failIn({ step: link.step, times: { ...took, [link.step]: msSoFar() } }, error);
      const invocation = { ...link, input: filled(link.input, answers) };
      const slots = (await handlers[at]?.(invocation, hostOf(host, link)).catch(failed)) ?? {};
      answers.set(link.step, slots);
      took[link.step] = slots.$skipped === true ? null : msSoFar();
    }
    return { ...answers.get(last.step), $links: took };
  };
}

const commonOf = ({ execution, attempt }: Invocation): Pick<Invocation, 'execution' | 'attempt'> => ({
  ...(execution !== undefined && { execution }),
  ...(attempt !== undefined && { attempt }),
});

/** Calls that two links make of other components are told apart. */
function hostOf({ call, ...host }: HostContext, { step }: Link): HostContext {
  if (!call) return host;
  return { ...host, call: (path, given, id) => call(path, given, id === undefined ? id : `${step} ${id}`) };
}

/** An input with what earlier links have answered: copies, as a step gets its own of everything. */
function filled(value: Json, answers: ReadonlyMap<string, Slots>): Json {
  const link = linkIn(value);
  const slot = link && answers.get(link.step)?.[link.key];
  if (slot !== undefined) return structuredClone(slot);
  if (Array.isArray(value)) return value.map((item) => filled(item, answers));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, answers)]));
}

/** Code and message go out as they are; the place says besides which link failed. */
function failIn(link: FailedLink, error: unknown): never {
  if (error instanceof Error) {
    const stack = error.stack ?? '';
    error.stack = stackWith(stack, { ...readTrace(stack.split('\n')).place, link });
  }
  throw error;
}
