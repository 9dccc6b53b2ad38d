import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import { WHOLE } from '../../flow/expression.ts';
import type { Flow, Preceding, Step } from '../../flow/flow.ts';
import { reportUnknownSteps } from './unknown-steps.ts';
import { isStepUse, type StepUse, type Use, usesOf } from './uses.ts';

/** The uses of a step, by the part of the step that they are in. */
export interface StepUses {
  readonly input: readonly Use[];
  readonly skipIf: readonly Use[];
  /** The default of `onError: useDefault`. */
  readonly fallback: readonly Use[];
  /** Each step of its `after`, as a use that wants its result whenever the step runs, although nothing is read of it. */
  readonly after: readonly StepUse[];
}

/** The uses of a flow. */
export interface FlowUses {
  readonly steps: ReadonlyMap<string, StepUses>;
  readonly output: readonly Use[];
  /** The uses of the flow's `sinks`, by their ids. */
  readonly sinks: ReadonlyMap<string, readonly Use[]>;
}

/** Finds all uses of a flow. A reference to an unknown step is a diagnostic. */
export function findUses(flow: Flow, diagnostics: Diagnostic[]): FlowUses {
  reportUnknownSteps(flow, new Set(flow.steps.map(({ id }) => id)), diagnostics);
  return {
    steps: new Map(flow.steps.map((step) => [step.id, usesOfStep(step)])),
    output: flow.output ? usesOf(flow.output) : [],
    sinks: new Map((flow.sinks ?? []).map(({ id, value }) => [id, usesOf(value)])),
  };
}

const usesOfStep = (step: Step): StepUses => ({
  input: usesOf(step.input),
  skipIf: step.skipIf ? usesOf(step.skipIf, 'skipIf') : [],
  fallback: step.onError.action === 'useDefault' ? usesOf(step.onError.value) : [],
  after: (step.after ?? []).map(useOf),
});

const useOf = ({ step, span }: Preceding): StepUse => ({
  reference: { kind: 'step', step, path: WHOLE, span },
  ...{ gates: [], optional: true, lenient: true, field: '' },
});

/** All uses of values by one step. */
const usesIn = ({ input, skipIf, fallback }: StepUses): readonly Use[] => [...input, ...skipIf, ...fallback];

/** One step's uses of other steps' results. */
export const stepUsesIn = (uses: StepUses): readonly StepUse[] => usesIn(uses).filter(isStepUse);

/** Which steps each step waits for. */
export type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

/** The edges of a flow: each step waits for those that it reads, and for those in its `after`. */
export const dependenciesOf = ({ steps }: FlowUses): Dependencies =>
  new Map([...steps].map(([id, uses]) => [id, new Set(stepsBefore(uses))]));

/** The steps that one step waits for. */
export const stepsBefore = (uses: StepUses): readonly string[] =>
  [...stepUsesIn(uses), ...uses.after].map(({ reference }) => reference.step);

/** The steps in topological order; or a cycle, with its first step repeated at the end. */
export function topologicalOrder(
  dependencies: Dependencies,
): { readonly order: readonly string[] } | { readonly cycle: readonly string[] } {
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  for (const root of dependencies.keys()) {
    // An explicit stack, since a chain of steps can be longer than the call stack is deep.
    const stack: { readonly id: string; readonly rest: Iterator<string> }[] = [];
    const open = (id: string): void => {
      state.set(id, 'open');
      stack.push({ id, rest: (dependencies.get(id) ?? new Set<string>()).values() });
    };
    if (!state.has(root)) open(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.rest.next();
      if (next.done) {
        state.set(top.id, 'done');
        order.push(top.id);
        stack.pop();
      } else if (state.get(next.value) === 'open') {
        const path = stack.map(({ id }) => id);
        return { cycle: [...path.slice(path.indexOf(next.value)), next.value] };
      } else if (!state.has(next.value)) open(next.value);
    }
  }
  return { order };
}
