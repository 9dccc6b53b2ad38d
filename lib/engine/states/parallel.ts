import type { Json } from '../../protocol/json.ts';
import type { CompiledMachine, Exit, StateCompiler } from '../definition/compiled.ts';
import { compileDataFlow } from '../definition/data-flow.ts';
import { EMPTY, isEmpty } from '../definition/section.ts';
import { InnerFailure } from '../execution/failures.ts';
import type { Visit } from '../execution/visit.ts';
import { compileErrorHandling, withErrorHandling } from './error-handling.ts';

/** Parallel: runs its branches concurrently; its result is the list of their outputs. A failing branch stops the others. */
export const compileParallel: StateCompiler = (name, section, loader) => {
  section.require('Branches');
  const sections = section.sections('Branches');
  if (isEmpty(section.value.Branches)) section.problem(EMPTY, 'Branches');
  const machines = sections.flatMap((branch) => loader.machine(branch) ?? []);
  const next = loader.transition(section);
  const dataFlow = compileDataFlow(section);
  const errorHandling = compileErrorHandling(section, loader);

  async function attempt(visit: Visit): Promise<Exit> {
    const input = await dataFlow.effectiveInput(visit);
    visit.checkPayload(input);
    visit.record('ParallelStateStarted', {});
    const results = await fork(visit, machines, input);
    visit.setResult(results);
    return { ...(await dataFlow.stateOutput(visit, results)), next };
  }

  return {
    name,
    type: 'Parallel',
    waitsForToken: false,
    run: (visit) => withErrorHandling(visit, errorHandling, attempt),
  };
};

async function fork(visit: Visit, machines: readonly CompiledMachine[], input: Json): Promise<Json[]> {
  const branches = machines.map((machine, index) => ({ machine, branch: visit.branch.inner(visit.pathOf(index)) }));
  try {
    const results = await Promise.all(branches.map(({ machine, branch }) => branch.run(machine, input)));
    visit.branch.lastEvent = branches.reduce((latest, { branch }) => Math.max(latest, branch.lastEvent), 0);
    visit.checkPayload(results);
    visit.recordUnlinked('ParallelStateSucceeded', {});
    return results;
  } catch (thrown) {
    visit.branch.cancellation.check();
    for (const { branch } of branches) branch.cancellation.abort();
    visit.branch.lastEvent = branches.reduce((latest, { branch }) => Math.max(latest, branch.lastEvent), 0);
    const { error, cause } = visit.asFailure(thrown);
    throw new InnerFailure(error, cause);
  }
}
