import type { Flow, Step } from '../../flow/flow.ts';
import { isInExpress, typeAround, workflowType } from '../../flow/read/aws-metadata.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { builtinOf, inputField, writtenConcurrency, writtenItems } from '../analyse/builtins.ts';
import { dependenciesOf, findUses, topologicalOrder } from '../analyse/graph.ts';
import { certainParts } from './certain.ts';
import { liveFlow } from './live-flow.ts';
import { openScope } from './open-scope.ts';
import type { Scope } from './scope.ts';

/**
 * Reports the sleeps at whose end an Express execution would have been ended: as an error where every run comes to them, or
 * every run of an item or of a flow inside, else as a warning. Only waits that are written out count.
 */
export function checkExpress(scope: Scope): void {
  const { flow } = scope;
  if (!isInExpress(flow)) return;
  checkItems(scope);
  // The waits of a flow that is inside another one of the same execution count with those of that one.
  if (workflowType(flow) !== 'EXPRESS' || (flow.outer && isInExpress(flow.outer))) return;
  new Waits((step, { least, most }) => {
    const isCertain = least !== undefined && isTooLate(least);
    const seconds = isCertain ? least.end : most.end;
    const place = inputField(step, 'duration_ms')?.span ?? step.componentSpan;
    const params = { step: step.id, seconds, most: QUOTAS.expressSeconds };
    if (isCertain || isTooLate(most)) scope.report('express-too-slow', params, place, isCertain ? 'error' : 'warning');
  }).within(scope, { least: 0, most: 0 });
}

/** The seconds that a run of a flow waits at most, as far as its waits are written out. */
export function longestWait(flow: Flow): number {
  const context = { schemasOf: () => undefined, ownSchemas: true, variablesAreGiven: undefined, report: () => {} };
  const scope = openScope(flow, context);
  return new Waits(() => {}).within({ ...scope, flow: liveFlow(scope) }, { least: 0, most: 0 }).most;
}

/** When something starts and ends, in seconds after the start of the execution. */
interface Period {
  readonly start: number;
  readonly end: number;
}

/** What comes after the first that is too late is too late by that one. */
const isTooLate = ({ start, end }: Period): boolean => start <= QUOTAS.expressSeconds && end > QUOTAS.expressSeconds;

/** A time by what every run does, undefined for what some run does not come to, and by what any run may do. */
interface Times<T> {
  readonly least: T | undefined;
  readonly most: T;
}

/** The times of the waits of a flow and of the flows inside it. */
class Waits {
  readonly #visit: (step: Step, times: Times<Period>) => void;

  /** `visit` is called for each step that waits: it sleeps, or runs a flow several times. */
  constructor(visit: (step: Step, times: Times<Period>) => void) {
    this.#visit = visit;
  }

  /** The end of a flow that starts at a time. */
  within(scope: Scope, start: Times<number>): Times<number> {
    const { flow } = scope;
    const dependencies = dependenciesOf(findUses(flow, []));
    const sorted = topologicalOrder(dependencies);
    const certain = start.least === undefined ? new Set<string>() : certainParts(flow).steps;
    const byId = new Map(flow.steps.map((step) => [step.id, step]));
    const ends = new Map<string, Times<number>>();
    for (const id of 'order' in sorted ? sorted.order : []) {
      const step = byId.get(id);
      if (!step) continue;
      const before = [...(dependencies.get(id) ?? [])].flatMap((other) => ends.get(other) ?? []);
      const begins = latest([start, ...before]);
      ends.set(id, this.#endOf(step, scope, certain.has(id) ? begins : { ...begins, least: undefined }));
    }
    return latest([start, ...ends.values()]);
  }

  #endOf(step: Step, scope: Scope, start: Times<number>): Times<number> {
    const inner = scope.inner(step);
    const rounds = inner ? roundsOf(step) : 1;
    if (rounds === 0) return start;
    const once = inner
      ? this.within({ ...inner, flow: liveFlow(inner) }, start)
      : later(start, () => sleepSeconds(step));
    const end = later(start, (from, to) => rounds * (to - from), once);
    // A flow inside that is too late in its first round has been told of its own step.
    if (!inner || rounds > 1) this.#visit(step, periodOf(inner ? once : start, end));
    return end;
  }
}

/** The latest of some times; those that are not certain say nothing of every run. */
const latest = (times: readonly Times<number>[]): Times<number> => ({
  least: times[0]?.least === undefined ? undefined : Math.max(...times.flatMap(({ least }) => least ?? [])),
  most: Math.max(...times.map(({ most }) => most)),
});

/** `seconds`: of the time from `from` to the same time of `to`. */
const later = (
  from: Times<number>,
  seconds: (from: number, to: number) => number,
  to: Times<number> = from,
): Times<number> => ({
  least: from.least === undefined ? undefined : from.least + seconds(from.least, to.least ?? from.least),
  most: from.most + seconds(from.most, to.most),
});

const periodOf = (start: Times<number>, end: Times<number>): Times<Period> => ({
  least: start.least === undefined || end.least === undefined ? undefined : { start: start.least, end: end.least },
  most: { start: start.most, end: end.most },
});

/** How often a flow runs inside a step, one after the other: of a map whose items are written out, by how many run at once. */
function roundsOf(step: Step): number {
  const written = builtinOf(step) === 'map' ? writtenItems(step) : undefined;
  if (written === undefined) return 1;
  const bound = writtenConcurrency(step) ?? written;
  return written === 0 ? 0 : Math.ceil(written / Math.min(bound >= 1 ? bound : written, written));
}

/** Reports the maps that keep the items of a map from running as Express executions. */
function checkItems(scope: Scope): void {
  const { flow } = scope;
  if (flow.outer === undefined || typeAround(flow) === 'EXPRESS') return;
  for (const step of flow.steps)
    if (builtinOf(step) === 'map') scope.report('express-items', { step: step.id }, step.componentSpan);
}

function sleepSeconds(step: Step): number {
  const duration = builtinOf(step) === 'sleep' ? inputField(step, 'duration_ms') : undefined;
  return duration?.kind === 'literal' && typeof duration.value === 'number' ? Math.max(0, duration.value) / 1000 : 0;
}
