import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Compiled, CompileOptions } from '../../lib/compiler/compile.ts';
import { PASS_NAMES } from '../../lib/compiler/passes/passes.ts';
import { hoistedConditionsIn } from '../../lib/compiler/plan/plan-tree.ts';
import type { Flow } from '../../lib/flow/flow.ts';
import { readFlow } from '../../lib/flow/read/read-flow.ts';
import { loadFlow, SharedComponents } from '../../lib/project/load-flows.ts';
import { type OpenOptions, openFlow } from '../../lib/project/open-flow.ts';
import { isObject, type Json } from '../../lib/protocol/json.ts';
import { hasSecretHere } from '../../lib/run/input/secrets.ts';
import type { FlowErrorReport, StepReport } from '../../lib/run/report/events.ts';
import { type FlowRun, type Mocks, type PreparedFlow, prepareLoaded, type RunEvent } from '../../lib/run/run-flow.ts';
import { expectShallow } from '../compiler/emit/jsonata/shallow.ts';
import { expectWellFormed } from '../compiler/passes/well-formed.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { Sample } from './draw-flow.ts';
import { ANY, runnerOf } from './inner-runs.ts';
import { beginMocked, endMocked } from './mocked-runs.ts';
import { type Called, judge, type Verdict } from './oracle.ts';

/** What was compared: runs, or nothing because the compiler refuses the flow with these codes. */
export type Compared =
  | {
      readonly runs: readonly Verdict['outcome'][];
      /** The passes that took away the state of a step. */
      readonly absorbing: readonly string[];
      /** The passes that changed anything in the flow or its plan. */
      readonly changing: readonly string[];
      /** How many nested state machines it has. */
      readonly nested: number;
      /** Whether conditions were hoisted. */
      readonly isHoisted: boolean;
    }
  | { readonly refused: readonly string[] };

/**
 * Compiles a flow, runs it with each input, and throws where a run differs from the oracle's verdict: with the compiler's
 * passes, where two steps are enough for a Map, and without them. Also checks that each pass leaves a well-formed flow.
 */
export async function compare(
  sample: Sample,
  options: Pick<CompileOptions, 'spillAbove' | 'limits'> = {},
): Promise<Compared> {
  const { flow } = readFlow(sample.source, 'flow.yaml');
  const { source, mocks, variables } = sample;
  const common = { source, mocks, variables, file: FILE, blobs: BLOBS, leastFanOut: 2, ...options };
  const plain = await prepareUnchecked({ ...common, without: PASS_NAMES });
  const refused = plain.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  if (!flow || refused.length > 0) return { refused };
  const optimised = await prepareUnchecked({ ...common, onPass: expectWellFormed });
  const runs: Verdict['outcome'][] = [];
  const absorbing = new Set<string>();
  for (const input of sample.inputs) {
    runs.push(await compareRun(flow, plain, { ...sample, input }));
    await compareRun(flow, optimised, { ...sample, input }, absorbing);
  }
  expectShallow(optimised.compiled);
  return { runs, absorbing: [...absorbing], ...changesIn(optimised.compiled) };
}

/** Prepares also what the checks against the components' schemas would refuse: only errors of the compiler refuse it. */
export async function prepareUnchecked({ mocks = {}, ...options }: OpenOptions & { readonly mocks?: Mocks }) {
  const { variables = {} } = options;
  const given = { hasSecret: hasSecretHere(variables), ...options, mockTargets: Object.keys(mocks) };
  const opened = openFlow(given, SHARED.lookupIn);
  return prepareLoaded({ ...(await loadFlow(opened, SHARED)), diagnostics: opened.diagnostics }, { mocks, variables });
}

/** What the compiler has made of a flow. */
const changesIn = ({ passes, plan, nestedMachines }: Compiled) => ({
  changing: passes.flatMap(({ name, changes }) => (changes.length > 0 ? [name] : [])),
  nested: nestedMachines.length,
  isHoisted: plan?.tree !== undefined && hoistedConditionsIn(plan.tree).length > 0,
});

/**
 * The same with fused chains. A component does what the mocks say, since a step with a mock is never part of a fused chain.
 */
export async function compareFused(
  sample: Sample,
  options: Pick<CompileOptions, 'spillAbove' | 'without'> = {},
): Promise<Compared> {
  const { flow } = readFlow(sample.source, 'flow.yaml');
  const { source, variables, mocks } = sample;
  const common = { source, variables, file: FILE, blobs: BLOBS, components: [COMPONENTS], ...options };
  const prepared = await prepareUnchecked({ ...common, with: ['fuse-chains'], onPass: expectWellFormed });
  const refused = prepared.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  if (!flow || refused.length > 0) return { refused };
  const runs: Verdict['outcome'][] = [];
  const absorbing = new Set<string>();
  for (const input of sample.inputs) {
    const executionName = randomUUID();
    beginMocked(executionName, mocks);
    const run: PreparedFlow['run'] = (options) => prepared.run({ ...options, executionName });
    const compared = compareRun(flow, { ...prepared, run }, { ...sample, input }, absorbing);
    runs.push(await compared.finally(() => endMocked(executionName)));
  }
  return { runs, absorbing: [...absorbing], ...changesIn(prepared.compiled) };
}

/** The flows need built-in components only. */
const FILE = fileURLToPath(new URL('flow.yaml', import.meta.url));

const COMPONENTS = fileURLToPath(new URL('components', import.meta.url));

const BLOBS = temporaryFolder('stepflow-oracle-');

/** No component changes while these tests run: each is looked up and loaded once. */
const SHARED = new SharedComponents();

/** Adds to `absorbing` the names of the passes that took away the state of a step. */
async function compareRun(
  flow: Flow,
  prepared: PreparedFlow,
  given: Sample & { readonly input: Json },
  absorbing = new Set<string>(),
): Promise<Verdict['outcome']> {
  const verdict = await judge(flow, given);
  const skippers = new Set<string>();
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent): void => {
    noteSkip(event, skippers);
    events.push(event);
  };
  const run = await prepared.run({ input: given.input, onEvent });
  const difference = differ(flow, verdict, run, skippers) ?? early(verdict.called, events);
  if (difference) throw new Error(explain(difference, verdict, run, given));
  for (const { absorbedBy } of run.execution?.steps ?? []) if (absorbedBy) absorbing.add(absorbedBy);
  return verdict.outcome;
}

/** What started before a step had ended that it waits for. Steps without a state have no events. */
function early(called: Called, events: readonly RunEvent[]): string | undefined {
  const starts = new Map<string, number>();
  const ends = new Map<string, number>();
  for (const [at, event] of events.entries()) {
    if (event.type === 'step-started' && !starts.has(event.step)) starts.set(event.step, at);
    else if (event.type.startsWith('step-') && 'step' in event) ends.set(event.step, at);
  }
  for (const [id, before] of called) {
    const start = starts.get(id);
    if (start === undefined) continue;
    const late = [...before].find((one) => starts.has(one) && (ends.get(one) ?? Number.POSITIVE_INFINITY) > start);
    if (late !== undefined) return `order of "${late}" and "${id}"`;
  }
  return undefined;
}

/** A component that skips its own step has run, as the log shows; one whose step was skipped has not. */
function noteSkip(event: RunEvent, skippers: Set<string>): void {
  if (event.type === 'log' && event.entry.message === 'skipped') skippers.add(event.entry.step);
}

/** The steps whose components ran. */
const calledIn = ({ execution }: FlowRun, skippers: ReadonlySet<string>): readonly StepReport[] =>
  (execution?.steps ?? []).filter(({ id, status }) => skippers.has(id) || RAN.has(status));

const RAN: ReadonlySet<string> = new Set(['succeeded', 'recovered', 'failed']);

/** A step without a state counts as run if the steps that do its work have run, wanted or not. */
const isAsWanted = (called: readonly StepReport[], wanted: Called): boolean =>
  called.every((one) => hasNoState(one) || wanted.has(one.id)) &&
  [...wanted.keys()].every((id) => called.some((one) => one.id === id));

/** A step of a fused chain has no state either, but runs on its own, before the next one. */
const hasNoState = ({ absorbedBy }: StepReport): boolean => absorbedBy !== undefined && absorbedBy !== 'fuse-chains';

function differ(flow: Flow, verdict: Verdict, run: FlowRun, skippers: ReadonlySet<string>): string | undefined {
  const { result } = run;
  // Where a step that runs a flow has failed, a report may tell of that flow only.
  const own = new Set(flow.steps.flatMap(({ id }) => (verdict.unsure.has(id) ? [] : [id])));
  const called = calledIn(run, skippers).filter(({ id }) => own.has(id));
  if (result.outcome !== verdict.outcome) return 'outcome';
  if (verdict.outcome === 'failed') {
    if (result.outcome === 'failed' && !isPossible(flow, verdict.codes, result.error)) return 'error';
    const possible = (one: StepReport): boolean =>
      hasNoState(one) || verdict.called.has(one.id) || verdict.codes.has(one.id);
    return called.every(possible) ? undefined : 'steps';
  }
  if (!isAsWanted(called, new Map([...verdict.called].filter(([id]) => !verdict.unsure.has(id))))) return 'steps';
  if (verdict.outcome !== 'success' || result.outcome !== 'success') return undefined;
  return isDeepStrictEqual(plain(result.result), plain(verdict.result)) ? undefined : 'result';
}

/** Whether a failure may be the first. One that the state machine itself finds may not name its step. */
const isPossible = (flow: Flow, codes: ReadonlyMap<string, string>, { code, data }: FlowErrorReport): boolean =>
  // Of an inner flow's failure only the code is compared: who has it depends on how the flow runs.
  data && (codes.has(data.step) || isPlainStep(flow, data.step))
    ? codes.get(data.step) === code
    : [...codes.values()].includes(code);

const isPlainStep = ({ steps }: Flow, failed: string): boolean =>
  steps.some(({ id, component }) => id === failed && runnerOf(component) === undefined);

/** Without the marks that JSONata puts on lists, and without what the oracle does not know of inner runs. */
const plain = (value: Json): Json =>
  JSON.parse(JSON.stringify(value), (key, part) => (key === 'run_id' || isInnerError(key, part) ? ANY : part));

const isInnerError = (key: string, part: unknown): boolean => key === 'error' && isObject(part) && 'code' in part;

function explain(
  difference: string,
  verdict: Verdict,
  run: FlowRun,
  { source, input, mocks, variables }: Sample & { readonly input: Json },
): string {
  const steps = (run.execution?.steps ?? []).map(({ id, status }) => `${id} ${status}`).join(', ');
  const codes = verdict.outcome === 'failed' ? ` by ${JSON.stringify([...verdict.codes])}` : '';
  return [
    `The ${difference} is not what the language says for this flow:\n\n${source}`,
    `input: ${show(input)}\nvariables: ${show(variables)}\nmocks: ${show(mocks)}\n`,
    `wanted: ${show({ ...verdict, called: undefined })}${codes}\n  called: ${[...verdict.called.keys()].join(', ')}`,
    `got:    ${show(run.result)}\n  steps: ${steps}`,
  ].join('\n');
}

/** Long texts are cut. */
const show = (value: unknown): string =>
  JSON.stringify(value, (_, part) =>
    typeof part === 'string' && part.length > 100 ? `${part.slice(0, 100)}… (${part.length} characters)` : part,
  );
