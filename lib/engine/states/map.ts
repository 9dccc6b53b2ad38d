import type { Json } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import type { Exit, Loader, StateCompiler } from '../definition/compiled.ts';
import { compileDataFlow } from '../definition/data-flow.ts';
import type { Section } from '../definition/section.ts';
import { InnerFailure } from '../execution/failures.ts';
import type { Visit } from '../execution/visit.ts';
import { compileErrorHandling, withErrorHandling } from './error-handling.ts';
import { compileItemBatcher } from './map/batcher.ts';
import { runInline } from './map/inline.ts';
import { contextOf, inputOf, itemsOf } from './map/item.ts';
import { compileItemReader } from './map/item-reader.ts';
import { compileCollection, compileList } from './map/items-field.ts';
import { type ChildMachine, type MapRunOptions, runMapRun } from './map/map-run.ts';
import { compileNumber } from './map/number-field.ts';
import { compileResultWriter } from './map/result-writer.ts';
import { compileSelector } from './map/selector.ts';
import { compileTolerance } from './map/tolerance.ts';

/** Map: runs its ItemProcessor for each item; its result is the list of the outputs. */
export const compileMap: StateCompiler = (name, section, loader) => {
  const work = compileWork(name, section, loader);
  const next = loader.transition(section);
  const dataFlow = compileDataFlow(section);
  const errorHandling = compileErrorHandling(section, loader);

  async function attempt(visit: Visit): Promise<Exit> {
    const result = await work(visit, await dataFlow.effectiveInput(visit));
    visit.recordUnlinked('MapStateSucceeded', {});
    visit.setResult(result);
    return { ...(await dataFlow.stateOutput(visit, result)), next };
  }

  return { name, type: 'Map', waitsForToken: false, run: (visit) => withErrorHandling(visit, errorHandling, attempt) };
};

/** Runs the iterations and returns the state's result. `input`: the effective input. */
type MapWork = (visit: Visit, input: Json) => Promise<Json>;

function compileWork(name: string, section: Section, loader: Loader): MapWork {
  // `Iterator` is the older name of the same field.
  const processor = section.section('ItemProcessor') ?? section.section('Iterator');
  section.requireOne(['ItemProcessor', 'Iterator']);
  const config = processor?.section('ProcessorConfig');
  const isDistributed = config !== undefined && config.oneOf('Mode', ['INLINE', 'DISTRIBUTED']) === 'DISTRIBUTED';
  if (config) checkProcessorConfig(config, isDistributed);
  const type = (isDistributed && config.oneOf('ExecutionType', ['STANDARD', 'EXPRESS'])) || 'STANDARD';
  const { all, forExpress } = section.problems;
  const before = forExpress.length;
  const machine = processor && loader.machine(processor, isDistributed);
  // An Express child execution has the same restrictions as an Express state machine.
  if (type === 'EXPRESS') all.push(...forExpress.slice(before));
  // The definition has problems and does not load, so this never runs.
  if (!processor || !machine) return async () => null;
  if (!isDistributed) return compileInline(section, machine);
  const loaded = { definition: processor.value, machine, timeoutSeconds: undefined };
  return compileDistributed(section, { loaded, type, label: compileLabel(section, name, loader) });
}

/** Refuses what AWS refuses in a ProcessorConfig: each mode has its own fields, and Express state machines have no Map Runs. */
function checkProcessorConfig(config: Section, isDistributed: boolean): void {
  if (!isDistributed) {
    if (config.has('ExecutionType'))
      config.problem("Field 'ExecutionType' is not supported", 'ExecutionType', { at: config.pointer });
    return;
  }
  config.require('ExecutionType');
  const message = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines";
  config.problems.addForExpress(config.pointer.below('Mode'), message);
}

const DISTRIBUTED_ONLY = ['ItemReader', 'ItemBatcher', 'ResultWriter', 'Label'];

function compileInline(section: Section, machine: ChildMachine['loaded']['machine']): MapWork {
  for (const key of DISTRIBUTED_ONLY) {
    if (section.has(key))
      section.problem(
        'only a distributed Map has this field: set ProcessorConfig.Mode of the ItemProcessor to DISTRIBUTED',
        key,
      );
  }
  const concurrency = compileNumber(section, 'MaxConcurrency', 'integer', notNegative);
  const items = compileList(section);
  const selector = compileSelector(section);
  const tolerance = compileTolerance(section);
  return async (visit, input) => {
    const maxConcurrency = concurrencyLimit(await concurrency(visit, input), QUOTAS.inlineConcurrency);
    const list = await items(visit, input);
    visit.record('MapStateStarted', { length: list.length });
    await tolerance(visit, input);
    const itemOf = (index: number): Json => list[index] ?? null;
    const inputOf = selector
      ? (index: number) => selector(visit, { Index: index, Value: itemOf(index) }, input)
      : itemOf;
    return withInnerFailure(visit, async () => {
      const results = await runInline(visit, machine, { items: list, inputOf, maxConcurrency });
      visit.checkPayload(results);
      return results;
    });
  };
}

function compileDistributed(section: Section, machine: ChildMachine): MapWork {
  const concurrency = compileNumber(section, 'MaxConcurrency', 'integer', notNegative);
  const reader = compileItemReader(section);
  const items = reader ? undefined : compileCollection(section);
  const selector = compileSelector(section);
  const batcher = compileItemBatcher(section);
  const tolerance = compileTolerance(section);
  const writer = compileResultWriter(section);
  return async (visit, input) => {
    const maxConcurrency = concurrencyLimit(await concurrency(visit, input), QUOTAS.distributedConcurrency);
    const collection = await items?.(visit, input);
    const list = collection && itemsOf(collection);
    visit.record('MapStateStarted', { length: list?.length ?? 0 });
    const options: MapRunOptions = {
      maxConcurrency,
      inputOf: selector ? (item, index) => selector(visit, contextOf(item, index), input) : inputOf,
      tolerance: await tolerance(visit, input),
      batching: await batcher?.(visit, input),
      openResults: await writer(visit, input),
      dataset: list ?? (await reader?.(visit, input)) ?? [],
    };
    return withInnerFailure(visit, async () => {
      const result = await runMapRun(visit, machine, options);
      visit.checkPayload(result);
      return result;
    });
  };
}

/** Turns a failure of an iteration into the state's failure, unless the state itself was stopped. */
async function withInnerFailure(visit: Visit, work: () => Promise<Json>): Promise<Json> {
  try {
    return await work();
  } catch (thrown) {
    visit.branch.cancellation.check();
    const { error, cause } = visit.asFailure(thrown);
    throw new InnerFailure(error, cause);
  }
}

const notNegative = (value: number): string | undefined =>
  value < 0 ? 'MaxConcurrency cannot be negative.' : undefined;

/** The number of concurrent iterations: MaxConcurrency, where 0 means no limit, or the quota if that is lower. */
const concurrencyLimit = (maxConcurrency: number | undefined, quota: number): number =>
  maxConcurrency === undefined || maxConcurrency === 0 ? quota : Math.min(maxConcurrency, quota);

/** The characters that a label may not contain. Source: "Label", Map state, AWS Step Functions developer guide. */
const NOT_IN_LABEL = /[\s?*<>{}[\]"#%\\^|~`$&,;:/\p{Cc}]/gu;
const HELP = 'a label has no space, no control character and none of ?*<>{}[]"#%\\^|~`$&,;:/';

/** The name of a Map in the ids of its Map Runs and their child executions: its Label, or one derived from the state's name. */
function compileLabel(section: Section, name: string, loader: Loader): string {
  const label = section.text('Label');
  if (label === undefined) return name.replace(NOT_IN_LABEL, '-').slice(0, QUOTAS.mapLabel);
  if (label.length > QUOTAS.mapLabel) {
    const message = `Label '${label}' exceeds the ${QUOTAS.mapLabel}-character limit allowed by the service`;
    section.problem(message, 'Label', { code: 'INVALID_LABEL_NAME' });
  } else if (label === '' || label.search(NOT_IN_LABEL) >= 0)
    section.problem(`Invalid Label name: '${label}'`, 'Label', { code: 'INVALID_LABEL_NAME', help: HELP });
  loader.label(section, label);
  return label;
}
