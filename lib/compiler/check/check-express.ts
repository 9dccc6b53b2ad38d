import type { Flow, Step } from '../../flow/flow.ts';
import { workflowType } from '../../flow/read/aws-metadata.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { callsBuiltin, inputField } from '../analyse/builtins.ts';
import { dataDependencies, findUses, topologicalOrder } from '../analyse/graph.ts';
import { certainParts } from './certain.ts';
import type { Scope } from './scope.ts';

/**
 * Reports the sleeps at whose end an Express execution would have been ended: as an error where every run comes to them, else
 * as a warning. Only waits that are written out count.
 */
export function checkExpress(scope: Scope): void {
  const { flow } = scope;
  if (!isInExpress(flow)) return;
  checkItems(scope);
  const dependencies = dataDependencies(findUses(flow, []));
  const sorted = topologicalOrder(dependencies);
  if (!('order' in sorted)) return;
  const byId = new Map(flow.steps.map((step) => [step.id, step]));
  const certain = flow.outer ? new Set<string>() : certainParts(flow).steps;
  const ends = new Map<string, number>();
  for (const id of sorted.order) {
    const step = byId.get(id);
    const own = step ? sleepSeconds(step) : 0;
    const start = Math.max(0, ...[...(dependencies.get(id) ?? [])].map((before) => ends.get(before) ?? 0));
    ends.set(id, start + own);
    // What comes after the first that is too late is too late by that one.
    if (!step || start + own <= QUOTAS.expressSeconds || start > QUOTAS.expressSeconds) continue;
    const params = { step: id, seconds: start + own, most: QUOTAS.expressSeconds };
    const place = inputField(step, 'duration_ms')?.span ?? step.componentSpan;
    scope.report('express-too-slow', params, place, certain.has(id) ? 'error' : 'warning');
  }
}

const isInExpress = (flow: Flow): boolean =>
  workflowType(flow) === 'EXPRESS' || (flow.outer !== undefined && isInExpress(flow.outer));

const outermost = (flow: Flow): Flow => (flow.outer ? outermost(flow.outer) : flow);

/** Reports the maps that keep the items of a map from running as Express executions. */
function checkItems(scope: Scope): void {
  const { flow } = scope;
  if (flow.outer === undefined || workflowType(outermost(flow)) === 'EXPRESS') return;
  for (const step of flow.steps)
    if (callsBuiltin(step, 'map')) scope.report('express-items', { step: step.id }, step.componentSpan);
}

function sleepSeconds(step: Step): number {
  const duration = callsBuiltin(step, 'sleep') ? inputField(step, 'duration_ms') : undefined;
  return duration?.kind === 'literal' && typeof duration.value === 'number' ? Math.max(0, duration.value) / 1000 : 0;
}
