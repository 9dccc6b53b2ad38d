import { sizeOfMachine } from '../asl/sizes.ts';
import type { StateMachine } from '../asl/state-machine.ts';
import { PAYLOAD_BYTES } from '../compiler/emit/sizes/payload-limits.ts';
import { QUOTAS } from '../protocol/quotas.ts';
import type { Simulation } from '../simulate/index.ts';
import type { ExplainedBudgets, ExplainedLimit } from './budgets.ts';

/** How much of an AWS quota a flow uses. */
export interface UsedLimit {
  readonly limit: 'definition' | 'history' | 'payload';
  readonly unit: 'bytes' | 'events';
  readonly used: number;
  /** What AWS allows. */
  readonly most: number;
  /** Which payload: the one with the highest possible use. */
  readonly where?: string;
}

/**
 * How much a flow uses of AWS's quotas, which hold for each state machine alone: the largest of its definitions, the longest
 * history of a run in which every step runs, and the fullest payload. `machines`: the flow's own and those nested in it.
 */
export function explainLimits(
  machines: readonly StateMachine[],
  { historyEvents }: Pick<Simulation, 'historyEvents'>,
  budgets: ExplainedBudgets,
): readonly UsedLimit[] {
  const used = Math.max(...machines.map((machine) => sizeOfMachine(machine).bytes));
  const definition: UsedLimit = { limit: 'definition', unit: 'bytes', used, most: QUOTAS.definition };
  const history: UsedLimit = { limit: 'history', unit: 'events', used: historyEvents, most: QUOTAS.events };
  return [definition, history, ...fullest(placesIn(budgets))];
}

/** The payloads of a flow and of its inner flows. */
const placesIn = ({ places, inner }: ExplainedBudgets): readonly ExplainedLimit[] => [
  ...places,
  ...Object.values(inner).flatMap(placesIn),
];

function fullest(places: readonly ExplainedLimit[]): readonly UsedLimit[] {
  // What is no room for values is taken: by what the flow writes out, and by names.
  const bytes = ({ used, room }: ExplainedLimit): number => PAYLOAD_BYTES - room + used;
  const [first] = [...places].sort((a, b) => bytes(b) - bytes(a));
  return first
    ? [{ limit: 'payload', unit: 'bytes', used: bytes(first), most: QUOTAS.payload, where: first.what }]
    : [];
}
