import { membersOf } from '../../compiler/emit/frame.ts';
import { DEFAULT_MEMORY_MB } from '../../project/components/requirements.ts';
import { fusedChainName } from '../../protocol/fused-chain-name.ts';
import type { ReadyFlow } from '../ready-flow.ts';
import { MockSelector } from '../tasks/mocks.ts';
import type { StepName } from './events.ts';

/** The function that a step is called in. */
export interface CalledFunction {
  /** Of its bundle. */
  readonly hash: string;
  /** MB that it may have. */
  readonly memoryMb: number;
}

/** Finds the functions of steps; those of a fused chain share one, and a mock has none. */
export function calledFunctions({
  compiled,
  functions,
  canonical,
  origin,
}: ReadyFlow): (step: StepName) => CalledFunction | undefined {
  const mocks = new MockSelector(origin.mocks, canonical);
  const chains = new Map(
    compiled.steps.flatMap((step) => {
      const members = membersOf(step);
      const name = fusedChainName(members.map(({ component }) => component));
      return members.map(({ id }) => [id, name] as const);
    }),
  );
  return ({ id, component }) => {
    const called = mocks.has(id, canonical(component))
      ? undefined
      : functions.get(canonical(chains.get(id) ?? component));
    return called && { hash: called.hash, memoryMb: called.memorySize ?? DEFAULT_MEMORY_MB };
  };
}
