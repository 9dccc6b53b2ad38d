import type { Catcher } from '../../../asl/state-machine.ts';
import type { Expression } from '../../../flow/expression.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { States } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import { inputReads } from '../jsonata/input-reads.ts';
import { evaluated, text, variable } from '../jsonata/jsonata.ts';
import { INPUT, PAYLOAD_BYTES } from '../sizes/payload-limits.ts';
import { isSpilled } from './call.ts';
import { spillState } from './spill-state.ts';
import { pathEntersReference } from './spilled-paths.ts';

/** The input of an inner flow, and where it is used. */
export interface InnerInput {
  /** The variable that holds it. */
  readonly name: string;
  /** The expressions that may give it. */
  readonly from: readonly Expression[];
  /** Whether a function has made it ready already: see `/builtin/map_items`. */
  readonly isReady?: boolean;
  /** The flow's first state. */
  readonly start: string;
  readonly states: States;
  /** What catches the failures of the function, if one is needed. */
  readonly catchers: () => readonly Catcher[];
}

/**
 * Emits what comes before an inner flow that reads inside of an input that may have been spilled as a whole: a Choice checks
 * for that, and a function replaces the input by one in which the paths that are read can be followed. Where the input would
 * take too much of what the flow's own values share, the function makes it smaller in any case. Returns the first state.
 */
export function rehydrateInput(emitter: FlowEmitter, planned: PlannedStep, innerInput: InnerInput): string {
  const { name, from, isReady = false, start, states, catchers } = innerInput;
  const budget = emitter.frame.budget.inner(planned.step.id);
  if (!budget || !mayNeedRehydration(emitter, planned, from)) return start;
  const value = variable(name);
  const reading = spillState({
    step: text(`${emitter.frame.prefix}${planned.step.id}`),
    value,
    budget: { reads: readsOf(planned), share: budget.share(INPUT), room: PAYLOAD_BYTES },
    name,
    catchers: catchers(),
    next: start,
  });
  const spill = states.add(emitter.stateName(planned, 'spill input'), reading, emitter.source('rehydrate', planned));
  if (carriesInput(emitter, planned) && !isReady) return spill;
  const rule = { Condition: evaluated(isSpilled(value)), Next: spill };
  return states.add(
    emitter.stateName(planned, 'input spilled?'),
    { Type: 'Choice', Choices: [rule], Default: start },
    emitter.source('spill-check', planned),
  );
}

/**
 * Whether a function may have to prepare the input of an inner flow: the flow reads inside of it, made of `from`, where that
 * may have been spilled as a whole, or a function carries the input.
 */
export const mayNeedRehydration = (emitter: FlowEmitter, planned: PlannedStep, from: readonly Expression[]): boolean =>
  emitter.frame.budget.inner(planned.step.id) !== undefined &&
  (carriesInput(emitter, planned) ||
    readsOf(planned).some((path) => from.some((expression) => pathEntersReference(expression, path))));

const carriesInput = ({ frame }: FlowEmitter, { step }: PlannedStep): boolean => frame.budget.carries(step.id, 'input');

const readsOf = ({ inner }: PlannedStep): readonly string[] => (inner ? inputReads(inner) : []);
