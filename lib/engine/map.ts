import type { Json } from '../runtime/json.ts';
import type { CompiledMachine, Exit, Loader, StateCompiler } from './compiled.ts';
import { compileDataFlow } from './data-flow.ts';
import { failureDetails } from './failures.ts';
import { type Iterations, runDistributed, runInline } from './iterations.ts';
import { compileItems } from './map-items.ts';
import { compileTolerance } from './map-tolerance.ts';
import { compileGuard, guarded } from './retry.ts';
import type { Section } from './section.ts';
import type { Visit } from './visit.ts';

/** Map: runs its processor once for each item, and gives the list of the outputs. */
export const compileMap: StateCompiler = (name, section, loader) => {
  const processor = compileProcessor(section, loader);
  const next = loader.transition(section);
  const flow = compileDataFlow(section);
  const guard = compileGuard(section, loader);
  const items = compileItems(section);
  const tolerance = compileTolerance(section, processor?.isDistributed ?? false);

  async function attempt(visit: Visit): Promise<Exit> {
    const { list, inputOf } = await items(visit, await flow.input(visit));
    const { maxConcurrency, toleratedFailures } = await tolerance(visit, list.length);
    visit.record('MapStateStarted', { length: list.length });
    // A definition without a processor does not load, so there is one.
    const results = processor
      ? await iterate(visit, processor, { list, inputOf, maxConcurrency, toleratedFailures })
      : [];
    visit.succeed(results);
    return { ...(await flow.settle(visit, results)), next };
  }

  return { name, type: 'Map', hasToken: false, run: (visit) => guarded(visit, guard, () => attempt(visit)) };
};

interface Processor {
  readonly machine: CompiledMachine;
  readonly isDistributed: boolean;
}

function compileProcessor(section: Section, loader: Loader): Processor | undefined {
  // `Iterator` is the older name of the same field.
  const processor = section.section('ItemProcessor') ?? section.section('Iterator');
  if (processor === undefined) section.problem('wanted an ItemProcessor with StartAt and States', 'ItemProcessor');
  for (const key of ['ItemReader', 'ItemBatcher', 'ResultWriter']) {
    if (section.has(key)) section.problem('the local engine does not know this field: pass the items in Items', key);
  }
  const isDistributed = processor?.section('ProcessorConfig')?.text('Mode') === 'DISTRIBUTED';
  const machine = processor && loader.machine(processor, isDistributed);
  return machine && { machine, isDistributed };
}

async function iterate(visit: Visit, { machine, isDistributed }: Processor, iterations: Iterations): Promise<Json[]> {
  try {
    const results = await (isDistributed ? runDistributed : runInline)(visit, machine, iterations);
    visit.measure(results);
    visit.record('MapStateSucceeded', {});
    return results;
  } catch (thrown) {
    visit.branch.cancellation.check();
    const failure = visit.asFailure(thrown);
    if (!visit.branch.run.history.full) visit.record('MapStateFailed', failureDetails(failure));
    throw failure;
  }
}
