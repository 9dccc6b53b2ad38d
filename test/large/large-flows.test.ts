import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sizeOfBranch } from '../../lib/asl/sizes.ts';
import { type Compiled, compile } from '../../lib/compiler/compile.ts';
import { chain, evaluate, fanOut, layered, type SummingFlow, windowed } from './draw-large.ts';
import { makespan, runLarge } from './run-large.ts';

// Source: "Service quotas", AWS Step Functions developer guide.
const DEFINITION_BYTES = 1_048_576;
const EVENTS = 25_000;

const FLOWS: readonly (readonly [string, () => SummingFlow])[] = [
  ['a chain of 5,000 steps', () => chain(5000)],
  ['a chain of 20,000 steps', () => chain(20_000)],
  ['a fan-out of 3,000 steps that one step joins', () => fanOut(3000)],
  ['5,000 steps in layers', () => layered(5000, 50)],
  ['20,000 steps in layers', () => layered(20_000, 100)],
  ['5,000 steps that read any of the 60 before them', () => windowed(5000, 60)],
];

// One flow at a time is in memory: with all of them there, collecting garbage takes as long as anything else.
describe.each(FLOWS)('%s', { timeout: 120_000 }, (_, draw) => {
  let drawn: { readonly flow: SummingFlow; readonly compiled: Compiled } | undefined;
  beforeAll(() => {
    const flow = draw();
    // What is bounded waits for its turn, also in one state machine.
    drawn = { flow, compiled: compile(flow.source, { maxConcurrency: 10_000 }) };
  });
  afterAll(() => {
    drawn = undefined;
  });
  const here = () => {
    if (!drawn) throw new Error('The flow was not compiled.');
    return drawn;
  };

  it('fits into state machines with a tenth to spare, including ARNs', () => {
    const { stateMachine, nestedMachines } = here().compiled;
    const all = [...(stateMachine ? [stateMachine] : []), ...nestedMachines.map((nested) => nested.stateMachine)];
    expect(nestedMachines.length).toBeGreaterThan(0);
    for (const machine of all) expect(sizeOfBranch(machine).bytes).toBeLessThanOrEqual(DEFINITION_BYTES * 0.9);
  });

  it('gives the right result, with few enough events, and no later than in one state machine', async () => {
    const { flow, compiled } = here();
    const run = await runLarge(compiled, flow);
    const sums = evaluate(flow);
    const read = new Set(flow.reads.flat());
    expect(run.result.output).toEqual({ outcome: 'success', result: sums.filter((_, at) => !read.has(at)) });
    expect(run.events).toBeLessThan(EVENTS);
    expect(run.ms).toBe(makespan(compiled.plan?.tree, flow));
  });
});
