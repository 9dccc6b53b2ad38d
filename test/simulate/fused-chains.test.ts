import { describe, expect, it } from 'vitest';
import { type SimulateOptions, type Simulation, simulate } from '../../lib/simulate/index.ts';

async function run(source: string, options: SimulateOptions = {}): Promise<Simulation> {
  const { simulation } = await simulate(source, options);
  if (!simulation) throw new Error('the flow goes well');
  return simulation;
}

const CHAIN = `
steps:
  - { id: a, component: /my/a }
  - { id: b, component: /my/b, input: { $step: a } }
  - { id: c, component: /my/c, input: { $step: b } }
output: { $step: c }`;

const seconds = { a: { seconds: 1.5 }, b: { seconds: 20 }, c: { seconds: 0.25 } };
const times: SimulateOptions = { profile: { steps: seconds } };
const fused: SimulateOptions = { ...times, with: ['fuse-chains'] };

describe('a simulated run of a chain that is one function', () => {
  it('takes the sum of its steps, in one transition', async () => {
    const [plain, one] = [await run(CHAIN, times), await run(CHAIN, fused)];
    expect(one).toMatchObject({ makespanSeconds: 21.75, transitions: 1, steps: 3, idle: [] });
    expect(plain).toMatchObject({ makespanSeconds: 21.75, transitions: 3, steps: 3, idle: [] });
    const { criticalPathSeconds, levelSeconds, criticalSteps } = plain;
    expect(one).toMatchObject({ criticalPathSeconds, levelSeconds, criticalSteps });
  });

  it('spares the time between its steps', async () => {
    const [plain, one] = [
      await run(CHAIN, { ...times, overhead: 'aws' }),
      await run(CHAIN, { ...fused, overhead: 'aws' }),
    ];
    expect(plain.makespanSeconds - one.makespanSeconds).toBeCloseTo(2 * (0.025 + 0.015), 9);
  });

  it('is priced as one request of the largest memory', async () => {
    const asked: string[] = [];
    const memorySizes = async () => (component: string) => {
      asked.push(component);
      return 1024;
    };
    const { cost } = await run(CHAIN, { ...fused, memorySizes });
    expect(cost.functions).toMatchObject({ requests: 1, gbSeconds: 21.75 });
    expect([...new Set(asked)]).toEqual(['/my/a+/my/b+/my/c']);
    expect(cost.standard.usd).toBeCloseTo(0.000025, 12);
  });

  it('counts what each of its components asks of S3', async () => {
    const source = CHAIN.replace('/my/b', '/cache/check').replace('/my/c', '/cache/store');
    expect((await run(source, fused)).cost.s3).toMatchObject({ puts: 1, gets: 1 });
  });

  it('waits for what its later steps read, without that this would lengthen the critical path', async () => {
    const source = `
steps:
  - { id: x, component: /my/x }
  - { id: y, component: /my/y, input: { $step: x } }
  - { id: a, component: /my/a, input: { $step: x } }
  - { id: z, component: /my/z, input: [{ $step: y }, { $step: a }] }
  - { id: b, component: /my/b, input: [{ $step: z }, { $step: y }] }
output: { $step: b }`;
    const [plain, one] = [await run(source, times), await run(source, fused)];
    expect(one.transitions).toBeLessThan(plain.transitions);
    expect(one.criticalPathSeconds).toBe(plain.criticalPathSeconds);
    expect(one.makespanSeconds).toBe(plain.makespanSeconds);
  });

  it('has noise on the seconds of each step', async () => {
    const [plain, one] = [await run(CHAIN, { ...times, noise: 0.5 }), await run(CHAIN, { ...fused, noise: 0.5 })];
    expect(one.makespanSeconds).toBeCloseTo(plain.makespanSeconds, 6);
  });
});
