import type { Json } from '../../protocol/json.ts';
import type { CompiledMachine, Exit, StateCompiler } from '../definition/compiled.ts';
import { compileDataFlow } from '../definition/data-flow.ts';
import { EMPTY, isEmpty } from '../definition/section.ts';
import { InnerFailure } from '../execution/failures.ts';
import type { Visit } from '../execution/visit.ts';
import { compileGuard, guarded } from './retry.ts';

/** Parallel: runs its branches side by side and gives the list of their outputs. A failing branch stops the others. */
export const compileParallel: StateCompiler = (name, section, loader) => {
  section.require('Branches');
  const sections = section.sections('Branches');
  if (isEmpty(section.value.Branches)) section.problem(EMPTY, 'Branches');
  const machines = sections.flatMap((branch) => loader.machine(branch) ?? []);
  const next = loader.transition(section);
  const flow = compileDataFlow(section);
  const guard = compileGuard(section, loader);

  async function attempt(visit: Visit): Promise<Exit> {
    const input = await flow.input(visit);
    visit.measure(input);
    visit.record('ParallelStateStarted', {});
    const results = await fork(visit, machines, input);
    visit.succeed(results);
    return { ...(await flow.settle(visit, results)), next };
  }

  return { name, type: 'Parallel', hasToken: false, run: (visit) => guarded(visit, guard, attempt) };
};

async function fork(visit: Visit, machines: readonly CompiledMachine[], input: Json): Promise<Json[]> {
  const branches = machines.map((machine, index) => ({ machine, branch: visit.branch.inner(visit.pathOf(index)) }));
  try {
    const results = await Promise.all(branches.map(({ machine, branch }) => branch.walk(machine, input)));
    visit.branch.lastEvent = branches.reduce((latest, { branch }) => Math.max(latest, branch.lastEvent), 0);
    visit.measure(results);
    visit.recordAside('ParallelStateSucceeded', {});
    return results;
  } catch (thrown) {
    visit.branch.cancellation.check();
    for (const { branch } of branches) branch.cancellation.abort();
    visit.branch.lastEvent = branches.reduce((latest, { branch }) => Math.max(latest, branch.lastEvent), 0);
    const { error, cause } = visit.asFailure(thrown);
    throw new InnerFailure(error, cause);
  }
}
