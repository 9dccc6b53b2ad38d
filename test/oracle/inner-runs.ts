import type { Flow } from '../../lib/flow/flow.ts';
import { readFlowData } from '../../lib/flow/read/read-flow-tree.ts';
import { isObject, type Json, type JsonObject } from '../../lib/protocol/json.ts';
import type { Verdict } from './oracle.ts';

/** Runs an inner flow. `variables`: what is given to its variables. */
export type JudgeInner = (flow: Flow, input: Json, variables: JsonObject) => Promise<Verdict>;

/** How a step ends that runs a flow. `codes`: of the failures that may have come first, by the ids of the inner steps. */
export type RunnerAnswer =
  | { readonly kind: 'result'; readonly value: Json }
  | { readonly kind: 'skip' }
  | { readonly kind: 'failure'; readonly codes: ReadonlyMap<string, string> };

/** What the oracle does not know of a run: the id of an `eval`, the message of a failure. */
export const ANY = '(any)';

const RUNNERS = ['map', 'eval', 'iterate'] as const;

/** The built-in component of a step that runs a flow; undefined for any other. */
export const runnerOf = (component: string): (typeof RUNNERS)[number] | undefined =>
  RUNNERS.find((name) => component === `/${name}` || component === `/builtin/${name}`);

/** Runs the flow of a step, as the table of built-in components says. */
export async function callRunner(component: string, input: Json, judge: JudgeInner): Promise<RunnerAnswer> {
  const runner = runnerOf(component);
  const { variables = {} } = isObject(input) ? input : {};
  const flow = isObject(input) ? readFlowData(input.workflow ?? input.flow ?? null, 'inner').flow : undefined;
  if (!isObject(input) || !isObject(variables) || !flow) return REFUSED;
  const run = (own: Json): Promise<Verdict> => judge(flow, own, variables);
  if (runner === 'map') return mapped(input, run);
  if (runner === 'iterate') return iterated(input, run);
  return { kind: 'result', value: { result: outcomeOf(await run(input.input ?? null)), run_id: ANY } };
}

/** The input is none for the component. */
const REFUSED: Extract<RunnerAnswer, { kind: 'failure' }> = {
  kind: 'failure',
  codes: new Map([['', 'INVALID_INPUT']]),
};

const outcomeOf = (verdict: Verdict): JsonObject => {
  if (verdict.outcome === 'success') return { outcome: 'success', result: verdict.result };
  return verdict.outcome === 'skipped'
    ? { outcome: 'skipped' }
    : { outcome: 'failed', error: { code: ANY, message: ANY } };
};

async function mapped(
  { items = null, on_failure }: JsonObject,
  run: (item: Json) => Promise<Verdict>,
): Promise<RunnerAnswer> {
  if (!Array.isArray(items)) return REFUSED;
  const verdicts = await Promise.all(items.map(run));
  const failures = verdicts.flatMap((verdict) => (verdict.outcome === 'failed' ? [...verdict.codes] : []));
  if (on_failure === 'fail' && failures.length > 0) return { kind: 'failure', codes: new Map(failures) };
  const count = (outcome: string): number => verdicts.filter((verdict) => verdict.outcome === outcome).length;
  const value = {
    results: verdicts.map(outcomeOf),
    values: verdicts.map((verdict) => (verdict.outcome === 'success' ? verdict.result : null)),
    successful: count('success'),
    failed: count('failed'),
    skipped: count('skipped'),
  };
  return { kind: 'result', value };
}

async function iterated(
  { initial_input = null, max_iterations = 1000 }: JsonObject,
  run: (input: Json) => Promise<Verdict>,
): Promise<RunnerAnswer> {
  let input = initial_input;
  for (let iterations = 1; iterations <= Number(max_iterations); iterations += 1) {
    const verdict = await run(input);
    if (verdict.outcome === 'skipped') return { kind: 'skip' };
    if (verdict.outcome === 'failed') return { kind: 'failure', codes: verdict.codes };
    const { result, next } = isObject(verdict.result) ? verdict.result : {};
    if (result !== undefined) return { kind: 'result', value: { result, iterations, terminated: false } };
    if (next === undefined) return { kind: 'failure', codes: REFUSED.codes };
    input = next;
  }
  return { kind: 'result', value: { result: input, iterations: Number(max_iterations), terminated: true } };
}
