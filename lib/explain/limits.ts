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

/** How much a flow uses of AWS's quotas: its definition, the history of a run in which every step runs, its fullest payload. */
export function explainLimits(
  { definitionBytes, historyEvents }: Pick<Simulation, 'definitionBytes' | 'historyEvents'>,
  budgets: ExplainedBudgets,
): readonly UsedLimit[] {
  const definition: UsedLimit = { limit: 'definition', unit: 'bytes', used: definitionBytes, most: QUOTAS.definition };
  const history: UsedLimit = { limit: 'history', unit: 'events', used: historyEvents, most: QUOTAS.events };
  return [definition, history, ...fullest(budgets)];
}

function fullest({ places }: ExplainedBudgets): readonly UsedLimit[] {
  // What is no room for values is taken: by what the flow writes out, and by names.
  const bytes = ({ used, room }: ExplainedLimit): number => PAYLOAD_BYTES - room + used;
  const [first] = [...places].sort((a, b) => bytes(b) - bytes(a));
  return first
    ? [{ limit: 'payload', unit: 'bytes', used: bytes(first), most: QUOTAS.payload, where: first.what }]
    : [];
}
