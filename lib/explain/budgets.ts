import { inputReads } from '../compiler/emit/jsonata/input-reads.ts';
import type { Budget } from '../compiler/emit/sizes/budget.ts';
import { CARRIED_PARTS, type Carriable } from '../compiler/emit/sizes/carried.ts';
import { INPUT, type PayloadLimit, type Source } from '../compiler/emit/sizes/payload-limits.ts';
import type { Plan, Reading } from '../compiler/plan/plan.ts';
import { parseSlotKey } from '../protocol/invocation.ts';

/** What one reader reads of a step's result, and the size above which each value is spilled. */
export interface Edge {
  readonly from: string;
  /** The step that reads, or `output`. */
  readonly to: string;
  /** The paths whose values it reads. */
  readonly reads: readonly string[];
  /** The paths that it only tests; a boolean is passed for each. */
  readonly tests: readonly string[];
  /** Bytes above which a value is spilled. */
  readonly spillAbove: number;
  /** Whether `to` has `from` in its `after`: it waits for it, whatever it reads of it. */
  readonly after?: true;
}

/** A payload that is limited to 256 KiB. */
export interface ExplainedLimit {
  readonly what: string;
  /** How many values it contains. */
  readonly values: number;
  /** Bytes that are left for the values, after the literals of the flow. */
  readonly room: number;
  /** Bytes of the values at most: the sum of their shares. */
  readonly used: number;
}

/** The budgets of a flow. Those of inner flows are in `inner`, by the ids of the steps that run them. */
export interface ExplainedBudgets {
  readonly edges: readonly Edge[];
  readonly places: readonly ExplainedLimit[];
  /** The paths at which the flow reads its input. */
  readonly inputReads: readonly string[];
  /** Bytes above which an input value that the flow reads is spilled. */
  readonly inputSpillAbove: number;
  readonly inner: { readonly [step: string]: ExplainedBudgets };
  /** What goes through a function because the markers in it do not fit: parts of what steps with a flow handle. */
  readonly carried: readonly Carriable[];
}

/** What is passed along each edge of a plan, and what each limited payload contains. */
export function explainBudgets(plan: Plan, budget: Budget): ExplainedBudgets {
  const inner = [...plan.steps].flatMap(([id, { inner: own }]): [string, ExplainedBudgets][] => {
    const ownBudget = budget.inner(id);
    return own && ownBudget ? [[id, explainBudgets(own, ownBudget)]] : [];
  });
  return {
    edges: withOrder(edgesOf(plan, budget), plan),
    places: budget.payloadLimits.map((place) => limited(place, budget)),
    inputReads: inputReads(plan),
    inputSpillAbove: budget.share(INPUT),
    inner: Object.fromEntries(inner),
    carried: [...plan.steps.keys()].flatMap((step) =>
      CARRIED_PARTS.filter((part) => budget.carries(step, part)).map((part) => ({ step, part })),
    ),
  };
}

function edgesOf({ steps }: Plan, budget: Budget): readonly Edge[] {
  return [...steps].flatMap(([from, { readings }]) => {
    return [...byReader(readings)].map(([to, read]): Edge => {
      const keys = [...read];
      const isTest = (key: string): boolean => parseSlotKey(key).test !== undefined;
      return {
        from,
        to,
        reads: keys.filter((key) => !isTest(key)),
        tests: keys.filter(isTest),
        spillAbove: budget.spillAbove(from),
      };
    });
  });
}

/** The edges, with those of `after`: of these, most pass nothing. */
function withOrder(edges: readonly Edge[], { steps }: Plan): readonly Edge[] {
  const ordered = new Map<string, Edge>();
  for (const [to, { uses }] of steps)
    for (const { reference } of uses.after) {
      const from = reference.step;
      ordered.set(keyOf({ from, to }), { from, to, reads: [], tests: [], spillAbove: 0, after: true });
    }
  const known = new Set(edges.map(keyOf));
  const marked = edges.map((edge) => (ordered.has(keyOf(edge)) ? { ...edge, after: true as const } : edge));
  return [...marked, ...[...ordered].flatMap(([key, edge]) => (known.has(key) ? [] : [edge]))];
}

const keyOf = ({ from, to }: Pick<Edge, 'from' | 'to'>): string => JSON.stringify([from, to]);

/** The slot keys that each reader reads. */
function byReader(readings: readonly Reading[]): ReadonlyMap<string, ReadonlySet<string>> {
  const readers = new Map<string, Set<string>>();
  for (const { reader, key } of readings) {
    const to = typeof reader === 'string' ? reader : 'output';
    readers.set(to, (readers.get(to) ?? new Set()).add(key));
  }
  return readers;
}

function limited({ what, availableBytes: room, values }: PayloadLimit, budget: Budget): ExplainedLimit {
  const share = (source: Source): number => budget.share(source);
  return { what, values: values.length, room, used: values.reduce((sum, source) => sum + share(source), 0) };
}
