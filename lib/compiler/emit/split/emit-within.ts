import { type Size, sizeOfBranch, sizeOfMachine, sizeOfStates, sumOfSizes } from '../../../asl/sizes.ts';
import { type Diagnostic, diagnose, hasError } from '../../../diagnostics/diagnostics.ts';
import { QUOTAS } from '../../../protocol/quotas.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import { firstStepIn, type PlanTree, partsOf } from '../../plan/plan-tree.ts';
import { type Emitted, emit } from '../emit.ts';
import { stateNames } from '../names.ts';
import { packWide } from '../packing/pack-wide.ts';
import { withThrottlingAttempts } from '../throttling-attempts.ts';
import { withWholeSteps } from '../whole-steps.ts';
import { placeLoops } from './place-loops.ts';
import { split } from './split.ts';
import { splitLoops } from './split-loops.ts';

/** The limits of a state machine. */
export interface Limits {
  /** Bytes of a definition, ARNs included. @default 943,718: nine tenths of what AWS takes */
  readonly definitionBytes?: number;
  /**
   * Events of an execution in which AWS throttles no call and its services do not fail. @default 4,200: the others are for
   * calls that are repeated, which are more than 8 for each (see `THROTTLING_ATTEMPTS`)
   */
  readonly events?: number;
  /** Values that one payload hands on before they are packed in a blob. @default as many as it has room for */
  readonly values?: number;
}

const DEFINITION_BYTES = Math.floor(QUOTAS.definition * 0.9);

/**
 * A call makes 5 events, and each of its 5 + 3 attempts after failures of AWS's services 3 more. 4,200 / 5 calls thus make
 * 4,200 + 4,200 / 5 × 8 × 3 = 24,360 events at most.
 */
const EVENTS = 4_200;

/** What a plan is emitted for. */
export interface Target {
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly limits?: Limits | undefined;
  /** Bytes above which a value is spilled. */
  readonly spillAbove?: number | undefined;
  /** The most calls at once of an execution, as far as Maps make them. */
  readonly maxConcurrency?: number | undefined;
  /** Whether values are packed where a payload has no room for them: see {@link packWide}. @default false */
  readonly packs?: boolean | undefined;
  /** How long a step takes, in seconds. */
  readonly seconds: (planned: PlannedStep) => number;
}

/**
 * Factors for the limits that {@link split} gets, tried in this order until the result is within the limits themselves:
 * what nested state machines add is only estimated. Flows of thousands of steps fit at the first attempt.
 */
const SAFETY_FACTORS = [0.97, 0.9, 0.8, 0.7, 0.55, 0.4, 0.25];

/**
 * Emits a plan as a state machine, or, where that would be too large, as several that are nested in each other. A plan that
 * cannot be split is a diagnostic.
 */
export function emitWithinLimits(plan: Plan, target: Target, diagnostics: Diagnostic[]): Emitted | undefined {
  const emitted = emitAll(plan, target, diagnostics);
  return emitted && { ...emitted, ...machinesWithAttempts(emitted, target) };
}

/** The state machines, whose calls are repeated while they are throttled as often as there is room for. */
const machinesWithAttempts = ({ stateMachine, nestedMachines }: Emitted, { type }: Target) => ({
  stateMachine: withThrottlingAttempts(stateMachine, type),
  nestedMachines: nestedMachines.map((nested) => ({
    ...nested,
    stateMachine: withThrottlingAttempts(nested.stateMachine, type),
  })),
});

function emitAll(plan: Plan, target: Target, diagnostics: Diagnostic[]): Emitted | undefined {
  const most = limitsOf(target);
  const found: Diagnostic[] = [];
  const own = packed(withWholeSteps(plan, target.type), target);
  const whole = emit(own, found, { ...target, events: most.events });
  if (!whole || isWithin(whole, most) || hasError(found)) {
    diagnostics.push(...found);
    return whole;
  }
  const { bytes } = sizeOfBranch(whole.stateMachine);
  if (target.type === 'EXPRESS') {
    diagnostics.push(diagnose('express-too-large', { bytes, most: most.bytes }, { file: plan.flow.file, ...START }));
    return undefined;
  }
  for (const caution of SAFETY_FACTORS) {
    const room = times(most, caution);
    for (const smaller of smallerPlans(own, whole, target, room)) {
      const found: Diagnostic[] = [];
      const emitted = emit(packed(smaller, target), found, { ...target, events: room.events });
      if (!emitted || !isWithin(emitted, most) || hasError(found)) continue;
      diagnostics.push(...found);
      return emitted;
    }
  }
  diagnostics.push(tooLarge(own, whole, most));
  return undefined;
}

/**
 * Plans for smaller state machines, first one with no more than its loops in executions of their own. `whole`: what the plan
 * became as one state machine.
 */
function* smallerPlans(plan: Plan, whole: Emitted, target: Target, room: Size): Iterable<Plan> {
  const placed = placeLoops(plan, whole.statesByTree, room.events);
  if (placed === plan) return yield splitPlan(plan, whole, target, room);
  yield placed;
  const emitted = emit(placed, [], { ...target, events: room.events });
  if (emitted) yield splitPlan(placed, emitted, target, room);
}

const packed = (plan: Plan, { packs = false, spillAbove, limits }: Target): Plan =>
  packs || limits?.values !== undefined ? packWide(plan, { largest: spillAbove, values: limits?.values }) : plan;

/** Express executions have no limit of events. */
const limitsOf = ({ type, limits = {} }: Target): Size => ({
  bytes: limits.definitionBytes ?? DEFINITION_BYTES,
  events: type === 'EXPRESS' ? Number.POSITIVE_INFINITY : (limits.events ?? EVENTS),
});

const isWithin = ({ stateMachine, nestedMachines }: Emitted, most: Size): boolean =>
  [stateMachine, ...nestedMachines.map((nested) => nested.stateMachine)].every((machine) => {
    const { bytes, events } = sizeOfMachine(machine);
    return bytes <= most.bytes && events <= most.events;
  });

const times = ({ bytes, events }: Size, factor: number): Size => ({
  bytes: bytes * factor,
  events: events * factor,
});

function splitPlan(plan: Plan, emitted: Emitted, { seconds }: Target, most: Size): Plan {
  const { stateMachine, statesByTree } = emitted;
  const names = stateNames();
  const all = sizeOfBranch(stateMachine);
  const tree = plan.tree ? sizeOfTree(plan.tree, statesByTree) : NOTHING;
  // What belongs to no step, such as the check of the input, cannot be moved out.
  const room = { bytes: most.bytes - (all.bytes - tree.bytes), events: most.events - (all.events - tree.events) };
  const nameOf = (first: string): string => names.take(`${plan.flow.name}--${first}`.replace(/[^A-Za-z0-9_-]/g, '-'));
  const options = { limits: most, seconds, nameOf };
  return split(splitLoops(plan, { ...options, emitted }), { ...options, statesByTree }, room);
}

const NOTHING: Size = { bytes: 0, events: 0 };
const START = { line: 1, column: 1, endLine: 1, endColumn: 2 };

/** Reports the largest part that cannot be split. */
function tooLarge({ flow, tree }: Plan, { stateMachine, statesByTree }: Emitted, most: Size): Diagnostic {
  const all = sizeOfBranch(stateMachine).bytes;
  const around = all - (tree ? sizeOfTree(tree, statesByTree).bytes : 0);
  const output = { what: 'The check of the input and the output together', bytes: around, at: flow.output?.span };
  const largest = (tree ? indivisibleParts(tree, statesByTree) : []).reduce(
    (best, { id, bytes, what }) =>
      bytes > best.bytes ? { what, bytes, at: flow.steps.find((step) => step.id === id)?.idSpan } : best,
    output,
  );
  const isOne = largest.bytes > most.bytes;
  const {
    what,
    bytes,
    at = START,
  } = isOne ? largest : { what: 'What cannot be divided of the flow', bytes: all, at: START };
  return diagnose('definition-too-large', { what, bytes, most: most.bytes }, { file: flow.file, ...at });
}

/** The parts that cannot be split: steps, Maps of steps, and Parallel states without their branches. */
function indivisibleParts(
  tree: PlanTree,
  statesByTree: Emitted['statesByTree'],
): readonly { readonly id: string; readonly what: string; readonly bytes: number }[] {
  const id = firstStepIn(tree) ?? '';
  const { bytes } = sizeOfTree(tree, statesByTree);
  if (tree.kind === 'step') return [{ id, bytes, what: `The step "${id}"` }];
  if (tree.kind === 'fan-out') return [{ id, bytes, what: `The Map of step "${id}" and those beside it` }];
  const inside = partsOf(tree).flatMap((part) => indivisibleParts(part, statesByTree));
  if (tree.kind !== 'parallel') return inside;
  const own = bytes - sumOfSizes(tree.branches.map((branch) => sizeOfTree(branch, statesByTree))).bytes;
  return [{ id, bytes: own, what: `What the steps from "${id}" on, side by side, hand on` }, ...inside];
}

function sizeOfTree(tree: PlanTree, statesByTree: Emitted['statesByTree']): Size {
  if (tree.kind === 'sequence') return sumOfSizes(tree.parts.map((part) => sizeOfTree(part, statesByTree)));
  return sizeOfStates(statesByTree.get(tree) ?? []);
}
