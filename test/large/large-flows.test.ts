import { describe, expect, it } from 'vitest';
import { sizeOfBranch } from '../../lib/asl/sizes.ts';
import { compile } from '../../lib/compiler/compile.ts';
import { chain, evaluate, fanOut, layered, type SummingFlow, windowed } from './draw-large.ts';
import { makespan, runLarge } from './run-large.ts';

// Source: "Service quotas", AWS Step Functions developer guide.
const DEFINITION_BYTES = 1_048_576;
const EVENTS = 25_000;

const FLOWS: readonly (readonly [string, SummingFlow])[] = [
  ['a chain of 5,000 steps', chain(5000)],
  ['a chain of 20,000 steps', chain(20_000)],
  ['a fan-out of 3,000 steps that one step joins', fanOut(3000)],
  ['5,000 steps in layers', layered(5000, 50)],
  ['20,000 steps in layers', layered(20_000, 100)],
  ['5,000 steps that read any of the 60 before them', windowed(5000, 60)],
];

describe.each(FLOWS)('%s', { timeout: 120_000 }, (_, flow) => {
  // What is bounded waits for its turn, also in one state machine.
  const compiled = compile(flow.source, { maxConcurrency: 10_000 });
  const { stateMachine, nestedMachines, plan } = compiled;
  const all = [...(stateMachine ? [stateMachine] : []), ...nestedMachines.map((nested) => nested.stateMachine)];

  it('fits into state machines with a tenth to spare, including ARNs', () => {
    expect(nestedMachines.length).toBeGreaterThan(0);
    for (const machine of all) expect(sizeOfBranch(machine).bytes).toBeLessThanOrEqual(DEFINITION_BYTES * 0.9);
  });

  it('gives the right result, with few enough events, and no later than in one state machine', async () => {
    const run = await runLarge(compiled, flow);
    const sums = evaluate(flow);
    const read = new Set(flow.reads.flat());
    expect(run.result.output).toEqual({ outcome: 'success', result: sums.filter((_, at) => !read.has(at)) });
    expect(run.events).toBeLessThan(EVENTS);
    expect(run.ms).toBe(makespan(plan?.tree, flow));
  });
});
