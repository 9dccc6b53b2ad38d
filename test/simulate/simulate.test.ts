import { describe, expect, it } from 'vitest';
import { sizeOfMachine } from '../../lib/asl/sizes.ts';
import { type SimulateOptions, type Simulation, simulate } from '../../lib/simulate/index.ts';

/** Simulates a flow that goes well. */
async function run(source: string, options: SimulateOptions = {}): Promise<Simulation> {
  const { simulation, failure, diagnostics } = await simulate(source, options);
  if (!simulation) throw new Error(JSON.stringify({ failure, diagnostics }));
  return simulation;
}

const seconds = (times: { readonly [id: string]: number }): SimulateOptions => ({
  profile: { steps: Object.fromEntries(Object.entries(times).map(([id, time]) => [id, { seconds: time }])) },
});

const step = (id: string, ...after: readonly string[]): string =>
  `  - { id: ${id}, component: /my/${id}, input: [${after.map((one) => `{ $step: ${one} }`).join(', ')}] }\n`;

const CHAIN = `steps:\n${step('a')}${step('b', 'a')}${step('c', 'b')}output: { $step: c }\n`;
const DIAMOND = `steps:\n${step('a')}${step('b', 'a')}${step('c', 'a')}${step('d', 'b', 'c')}output: { $step: d }\n`;
/** No series-parallel graph: d waits for a and b, e for b alone. */
const CROSSED = `steps:\n${step('a')}${step('b')}${step('d', 'a', 'b')}${step('e', 'b')}output: [{ $step: d }, { $step: e }]\n`;

describe('a simulated run', () => {
  it('of a chain takes the sum of its steps', async () => {
    const found = await run(CHAIN, seconds({ a: 1.5, b: 20, c: 0.25 }));
    expect(found).toMatchObject({ makespanSeconds: 21.75, criticalPathSeconds: 21.75, levelSeconds: 21.75, ratio: 1 });
    expect(found).toMatchObject({ levelRatio: 1, steps: 3, transitions: 3, historyEvents: 17, runs: 1, idle: [] });
  });

  it('of a fork takes its longer way', async () => {
    const found = await run(DIAMOND, seconds({ a: 1, b: 2, c: 30, d: 4 }));
    expect(found).toMatchObject({ makespanSeconds: 35, criticalPathSeconds: 35, levelSeconds: 35, ratio: 1 });
    expect(found.criticalSteps).toEqual(['a', 'c', 'd']);
  });

  it('of steps that share a Map takes the longest of them', async () => {
    const ids = Array.from({ length: 50 }, (_, at) => `w${at}`);
    const steps = ids.map((id) => `  - { id: ${id}, component: /my/work, input: { of: { $step: a }, name: ${id} } }\n`);
    const wide = `steps:\n${step('a')}${steps.join('')}${step('d', ...ids)}output: { $step: d }\n`;
    const times = seconds({ a: 1, ...Object.fromEntries(ids.map((id, at) => [id, at])), d: 4 });
    const found = await run(wide, times);
    expect(found).toMatchObject({ makespanSeconds: 54, criticalPathSeconds: 54, ratio: 1, steps: 52, idle: [] });
    expect(found.criticalSteps).toEqual(['a', 'w49', 'd']);
    // A Parallel of two Maps.
    expect(found.transitions).toBe(52 + 3);
    const aws = await run(wide, { ...times, overhead: 'aws' });
    const branches = await run(wide, { ...times, overhead: 'aws', without: ['map-fan-outs'] });
    // A transition more, but two Maps start theirs at once.
    expect(aws.makespanSeconds - branches.makespanSeconds).toBeCloseTo(0.025 + 0.002 * (2 + 25 - 50), 6);
  });

  it('gives each step a second where no profile says otherwise', async () => {
    expect(await run(DIAMOND)).toMatchObject({ makespanSeconds: 3, criticalPathSeconds: 3, levelSeconds: 3 });
  });

  it('takes the medians of a profile for steps without a time', async () => {
    const found = await run(CHAIN, seconds({ a: 2, b: 4 }));
    expect(found.makespanSeconds).toBe(9);
  });

  it('tells what running level by level would take', async () => {
    const tails = `steps:\n${step('a')}${step('b')}${step('c', 'a')}${step('d', 'b')}output: [{ $step: c }, { $step: d }]\n`;
    const found = await run(tails, seconds({ a: 10, b: 1, c: 1, d: 10 }));
    expect(found).toMatchObject({ makespanSeconds: 11, criticalPathSeconds: 11, levelSeconds: 20, ratio: 1 });
    expect(found.levelRatio).toBeCloseTo(20 / 11, 9);
  });

  it('is no longer than the arrangement makes it, and never shorter than the critical path', async () => {
    const times = seconds({ a: 10, b: 1, d: 1, e: 10 });
    const found = await run(CROSSED, times);
    expect(found).toMatchObject({ criticalPathSeconds: 11 });
    expect(found.ratio).toBeCloseTo(found.makespanSeconds / 11, 9);
    expect(found.makespanSeconds).toBeGreaterThanOrEqual(11);
  });

  it('is arranged by another profile where one is given', async () => {
    const wide = `steps:\n${'abcdef'
      .split('')
      .map((id) => step(id))
      .join(
        '',
      )}${step('g', 'a', 'b', 'c')}${step('h', 'c', 'd', 'e')}${step('i', 'e', 'f')}output: [{ $step: g }, { $step: h }, { $step: i }]\n`;
    const times = seconds({ a: 9, b: 1, c: 1, d: 30, e: 1, f: 2, g: 30, h: 1, i: 40 });
    const own = await run(wide, times);
    const other = await run(wide, { ...times, planProfile: { steps: { a: { seconds: 1000 } } } });
    expect(other.criticalPathSeconds).toBe(own.criticalPathSeconds);
    expect(own.ratio).toBeLessThanOrEqual(other.ratio);
  });

  it('counts the bytes of the compact state machine', async () => {
    const { simulation, compiled } = await simulate(CHAIN);
    // As explain counts it: with the ARNs that a deployment puts in the place of names.
    expect(simulation?.definitionBytes).toBe(compiled.stateMachine && sizeOfMachine(compiled.stateMachine).bytes);
  });

  it('of a step that reads more than fits counts neither time nor levels for what the compiler adds', async () => {
    const ids = Array.from({ length: 1200 }, (_, at) => `s${at}`);
    const wide = `steps:\n${ids.map((id) => step(id)).join('')}${step('slow', 's0')}${step('last', ...ids)}output: [{ $step: last }, { $step: slow }]\n`;
    const found = await run(wide, seconds({ s0: 1, slow: 8, last: 5 }));
    // Of the rest each takes the median, 5 seconds.
    expect(found).toMatchObject({ steps: 1202, criticalPathSeconds: 10, levelSeconds: 13 });
    expect(found.criticalSteps.at(-1)).toBe('last');
    expect(found.criticalSteps).toHaveLength(2);
  });

  it('of a flow without steps takes no time', async () => {
    const found = await run('steps: []\noutput: 1\n');
    expect(found).toMatchObject({ steps: 0, makespanSeconds: 0, criticalPathSeconds: 0, ratio: 1, levelRatio: 1 });
  });

  it('of a broken flow is none, but its diagnostics are there', async () => {
    const { simulation, diagnostics } = await simulate(
      'steps:\n  - { id: a, component: /my/a, input: { $step: b } }\n',
    );
    expect(simulation).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toEqual(['unknown-step']);
  });

  it('of a flow that is too large for one state machine runs all of them', async () => {
    const ids = Array.from({ length: 40 }, (_, at) => `s${at}`);
    const wide = `steps:\n${ids.map((id) => step(id)).join('')}${step('last', ...ids)}output: { $step: last }\n`;
    const whole = await run(wide);
    const split = await run(wide, { limits: { definitionBytes: Math.round(whole.definitionBytes * 0.7) } });
    expect(whole).toMatchObject({ machines: 1, makespanSeconds: 2, criticalPathSeconds: 2 });
    expect(split.machines).toBeGreaterThan(1);
    expect(split).toMatchObject({ makespanSeconds: 2, criticalPathSeconds: 2, steps: 41, idle: [] });
    expect(split.cost.functions.requests).toBe(41);
    expect(split.cost.express.obstacles).toEqual([expect.stringContaining('only supported in Standard workflows')]);
  });

  it('waits as long as a sleep that is written out says', async () => {
    const sleeping = `steps:\n  - { id: nap, component: /sleep, input: { duration_ms: 2500 } }\n${step('a', 'nap')}output: { $step: a }\n`;
    expect(await run(sleeping)).toMatchObject({ makespanSeconds: 3.5, criticalPathSeconds: 3.5, levelSeconds: 3.5 });
  });
});

describe('with noise, a simulation', () => {
  const noisy = { ...seconds({ a: 10, b: 1, d: 1, e: 10 }), noise: 0.5, runs: 30 };

  it('is the same for the same seed, and another for another', async () => {
    const [one, again, other] = [
      await run(CROSSED, noisy),
      await run(CROSSED, noisy),
      await run(CROSSED, { ...noisy, seed: 2 }),
    ];
    expect(again).toEqual(one);
    expect(other.makespanSeconds).not.toBe(one.makespanSeconds);
  });

  it('is the mean of its runs, and its ratio the mean of theirs', async () => {
    const single = await Promise.all(
      // Run number 3 of seed 1 is the last of four.
      [1, 2, 3, 4].map((runs) => run(CROSSED, { ...noisy, runs })),
    );
    const sums = single.map(({ ratio, makespanSeconds }, at) => [ratio * (at + 1), makespanSeconds * (at + 1)]);
    const own = sums.map((sum, at) => sum.map((value, which) => value - (sums[at - 1]?.[which] ?? 0)));
    for (const [ratio = 0] of own) expect(ratio).toBeGreaterThanOrEqual(1 - 1e-6);
    const mean = (which: number): number => own.reduce((sum, values) => sum + (values[which] ?? 0), 0) / own.length;
    expect(single[3]?.ratio).toBeCloseTo(mean(0), 6);
    expect(single[3]?.makespanSeconds).toBeCloseTo(mean(1), 6);
  });

  it('of a chain has the ratio 1 in every run', async () => {
    expect((await run(CHAIN, { noise: 2, runs: 10 })).ratio).toBe(1);
  });

  it('runs twenty times where nothing else is said', async () => {
    expect((await run(CHAIN, { noise: 0.1 })).runs).toBe(20);
  });

  it('meets each step with the same noise in every arrangement', async () => {
    const other = await run(CROSSED, { ...noisy, planProfile: {} });
    expect(other.criticalPathSeconds).toBe((await run(CROSSED, noisy)).criticalPathSeconds);
  });
});

describe('the overhead of AWS', () => {
  it('adds to each state and each call, and not to the critical path', async () => {
    const found = await run(CHAIN, { overhead: 'aws' });
    expect(found.criticalPathSeconds).toBe(3);
    // Three tasks: 25 ms to enter each, 15 ms to invoke its function.
    expect(found.makespanSeconds).toBeCloseTo(3 + 3 * 0.04, 9);
  });

  it('is counted level by level too, where each level of several steps is a Parallel', async () => {
    const chain = await run(CHAIN, { overhead: 'aws' });
    expect(chain.levelSeconds).toBeCloseTo(chain.makespanSeconds, 9);
    const fan = `steps:\n${step('a')}${step('b')}output: [{ $step: a }, { $step: b }]\n`;
    expect((await run(fan)).levelSeconds).toBe(1);
    // A Parallel of two branches, and in each a task.
    expect((await run(fan, { overhead: 'aws' })).levelSeconds).toBeCloseTo(1 + 0.025 + 2 * 0.002 + 0.04, 9);
  });

  it('is less for Express workflows', async () => {
    const express = await run(`metadata: { aws: { type: EXPRESS } }\n${CHAIN}`, { overhead: 'aws' });
    expect(express).toMatchObject({ type: 'EXPRESS' });
    expect(express.makespanSeconds).toBeCloseTo(3 + 3 * 0.02, 9);
  });

  it('grows with the width of a Parallel', async () => {
    const fan = (width: number): string => {
      const ids = Array.from({ length: width }, (_, at) => `s${at}`);
      return `steps:\n${ids.map((id) => step(id)).join('')}output: [${ids.map((id) => `{ $step: ${id} }`).join(', ')}]\n`;
    };
    const [narrow, wide] = [await run(fan(2), { overhead: 'aws' }), await run(fan(22), { overhead: 'aws' })];
    expect(wide.makespanSeconds - narrow.makespanSeconds).toBeCloseTo(20 * 0.002, 9);
  });
});

describe('what a simulated run takes for values', () => {
  const idle = async (source: string, options?: SimulateOptions): Promise<readonly string[]> =>
    (await run(source, options)).idle;

  it('makes conditions hold, so that all runs but what an else alone wants', async () => {
    const source = `steps:\n${step('check')}${step('then')}${step('other')}output: { $if: { $step: check, path: ok }, then: { $step: then }, else: { $step: other } }\n`;
    expect(await idle(source)).toEqual(['other']);
  });

  it('skips nothing', async () => {
    const source = `steps:\n${step('check')}  - { id: a, component: /my/a, skipIf: { $step: check, path: done } }\n  - { id: b, component: /my/b, skipIf: { $input: quick } }\noutput: [{ $step: a }, { $step: b }]\n`;
    expect(await idle(source)).toEqual([]);
  });

  it('does not skip by an input that its schema leaves open', async () => {
    const source = `inputSchema: { type: object, properties: { quick: { type: boolean } } }\nsteps:\n  - { id: a, component: /my/a, skipIf: { $input: quick } }\noutput: { $step: a }\n`;
    expect(await idle(source)).toEqual([]);
  });

  it('asks every item of a $coalesce', async () => {
    const source = `steps:\n${step('cached')}${step('made')}output: { $coalesce: [{ $step: cached, path: value }, { $step: made }] }\n`;
    expect(await idle(source)).toEqual([]);
  });

  it('follows the input that is given', async () => {
    const source = `steps:\n${step('a')}${step('b')}output: { $if: { $input: first }, then: { $step: a }, else: { $step: b } }\n`;
    expect(await idle(source)).toEqual(['b']);
    expect(await idle(source, { input: { first: false } })).toEqual(['a']);
  });

  it("takes the flow's first example for input", async () => {
    const source = `examples: [{ name: no, input: { first: false } }]\nsteps:\n${step('a')}${step('b')}output: { $if: { $input: first }, then: { $step: a }, else: { $step: b } }\n`;
    expect(await idle(source)).toEqual(['a']);
  });

  it('makes input up that fits the schema and has all that is read', async () => {
    const source = `inputSchema: { type: object, required: [user], properties: { user: { type: object, required: [age], properties: { age: { type: integer, minimum: 18 } } } } }\nsteps:\n${step('a')}output: { age: { $input: user.age }, first: { $input: "list[1].name" }, a: { $step: a } }\n`;
    expect(await idle(source)).toEqual([]);
  });

  it('passes the check of an input that no one can make up', async () => {
    const source = `inputSchema: { type: object, required: [id], properties: { id: { type: string, pattern: "^u[0-9]{3}$" } } }\nsteps:\n${step('a')}output: { $step: a }\n`;
    const checked = await run(source);
    expect(checked).toMatchObject({ makespanSeconds: 1, transitions: 2 });
    expect(await simulate(source, { input: { id: 'nobody' } })).toMatchObject({ failure: { error: 'INVALID_INPUT' } });
  });

  it('tells how a run with given input fails', async () => {
    const { simulation, failure } = await simulate('steps: []\noutput: { $input: id }\n', { input: {} });
    expect(simulation).toBeUndefined();
    expect(failure).toMatchObject({ error: 'EXPRESSION_FAILURE', cause: expect.stringContaining('is missing') });
  });
});

describe('flows inside steps', () => {
  const inner = `{ inputSchema: { type: object, required: [id], properties: { id: { type: string } } }, steps: [{ id: one, component: /my/one, input: { $input: id } }, { id: two, component: /my/two, input: { $step: one } }], output: { $step: two } }`;
  const mapped = (items: string): string =>
    `steps:\n${step('list')}  - { id: each, component: /map, input: { items: ${items}, workflow: { $literal: ${inner} } } }\noutput: { $step: each }\n`;
  const times = seconds({ list: 1, 'each.one': 5, 'each.two': 2 });

  it('run once an item of a map, side by side', async () => {
    const one = await run(mapped('{ $step: list, path: users }'), times);
    expect(one).toMatchObject({ makespanSeconds: 8, criticalPathSeconds: 8, ratio: 1, steps: 4, idle: [] });
    const three = await run(mapped('{ $step: list, path: users }'), { ...times, items: 3 });
    expect(three).toMatchObject({ makespanSeconds: 8, criticalPathSeconds: 8, ratio: 1 });
    expect(three.cost.functions.requests).toBe(7);
  });

  it('of a map over very many items run in executions of their own, 200 at a time', async () => {
    const many = await run(mapped('{ $step: list, path: users }'), { ...times, items: 500 });
    expect(many).toMatchObject({ makespanSeconds: 1 + 3 * 7, criticalPathSeconds: 1 + 3 * 7, ratio: 1, idle: [] });
    // The list itself, two steps an item, and the functions before and after the distributed Map.
    expect(many.cost.functions.requests).toBe(1 + 2 * 500 + 2);
    expect(many.cost.s3).toMatchObject({ puts: 3, gets: 2 });
  });

  it('of a map over more items than an inline Map runs at once take turns', async () => {
    const waves = await run(mapped('{ $step: list, path: users }'), { ...times, items: 41 });
    expect(waves).toMatchObject({ makespanSeconds: 15, criticalPathSeconds: 15, levelSeconds: 15, ratio: 1 });
  });

  it.each([
    [10, 3, 4],
    [10, 20, 1],
    [150, 50, 3],
  ])('of a map over %d items, of which %d run at once, take %d turns', async (items, most, turns) => {
    const bounded = mapped('{ $step: list, path: users }').replace('workflow:', `max_concurrency: ${most}, workflow:`);
    const found = await run(bounded, { ...times, items });
    const seconds = 1 + turns * 7;
    expect(found).toMatchObject({ makespanSeconds: seconds, criticalPathSeconds: seconds, levelSeconds: seconds });
  });

  it('of maps and loops in each other take the turns and rounds of all', async () => {
    const one = '{ steps: [{ id: one, component: /my/one }], output: { $step: one } }';
    const items = '[1, 2, 3, 4, 5, 6, 7]';
    const inMap = `{ steps: [{ id: two, component: /map, input: { items: ${items}, max_concurrency: 2, workflow: ${one} } }], output: { next: { $step: two } } }`;
    const loop = (body: string, most: number): string =>
      `{ id: loop, component: /iterate, input: { initial_input: 1, max_iterations: ${most}, flow: ${body} } }`;
    const looped = `steps: [${loop(inMap, 3)}]\noutput: { $step: loop }\n`;
    const three = await run(looped, seconds({ 'loop.two.one': 5 }));
    expect(three).toMatchObject({ makespanSeconds: 3 * 4 * 5, criticalPathSeconds: 3 * 4 * 5, ratio: 1 });
    const round = '{ steps: [{ id: one, component: /my/one }], output: { next: { $step: one } } }';
    const body = `{ steps: [${loop(round, 3)}], output: { $step: loop } }`;
    const each = `steps: [{ id: each, component: /map, input: { items: ${items}, max_concurrency: 2, workflow: ${body} } }]\noutput: { $step: each }\n`;
    const turns = await run(each, seconds({ 'each.loop.one': 5 }));
    expect(turns).toMatchObject({ makespanSeconds: 4 * 3 * 5, criticalPathSeconds: 4 * 3 * 5, ratio: 1 });
  });

  it('of a list that is written out run once for each of it', async () => {
    const found = await run(mapped('[{ id: x }, { id: y }]'), times);
    expect(found.cost.functions.requests).toBe(4);
  });

  it('are part of the critical path of what is around them', async () => {
    const both = `${mapped('{ $step: list }').replace('output: { $step: each }\n', '')}${step('long', 'list')}output: [{ $step: each }, { $step: long }]\n`;
    expect(await run(both, times)).toMatchObject({ criticalPathSeconds: 8, levelSeconds: 8 });
  });

  it('of an eval get input that fits them', async () => {
    const source = `steps:\n${step('load')}  - { id: sub, component: /eval, input: { flow: { $literal: ${inner} }, input: { id: { $step: load, path: name } } } }\noutput: { $step: sub }\n`;
    expect(await run(source)).toMatchObject({ makespanSeconds: 3, criticalPathSeconds: 3, idle: [] });
  });

  const loop = (output: string, limit: string): string =>
    `steps:\n  - id: loop\n    component: /iterate\n    input:\n      initial_input: { n: 1 }\n      max_iterations: ${limit}\n      flow: { $literal: { steps: [{ id: inc, component: /my/inc, input: { $input: n } }], output: ${output} } }\noutput: { $step: loop }\n`;

  it('of an iterate make it go round as often as it may', async () => {
    const choice =
      '{ $if: { $step: inc, path: done }, then: { result: { $step: inc } }, else: { next: { $step: inc } } }';
    const wanted = { makespanSeconds: 100, criticalPathSeconds: 100, ratio: 1 };
    expect(await run(loop(choice, '100'))).toMatchObject(wanted);
    const turned =
      '{ $if: { $step: inc, path: more }, then: { next: { $step: inc } }, else: { result: { $step: inc } } }';
    expect(await run(loop(turned, '100'))).toMatchObject(wanted);
    expect(await run(loop('{ $step: inc }', '100'))).toMatchObject(wanted);
  });

  it('of an iterate that can only end make it end after its first round', async () => {
    expect(await run(loop('{ result: { $step: inc } }', '100'))).toMatchObject({ makespanSeconds: 1, ratio: 1 });
  });

  it('of an iterate that can only go on end at its limit', async () => {
    const found = await run(loop('{ next: { $step: inc } }', '7'));
    expect(found).toMatchObject({ makespanSeconds: 7, criticalPathSeconds: 7, ratio: 1 });
  });

  it('of an iterate of a million rounds add up as its executions would', async () => {
    const source = loop('{ next: { $step: inc } }', '1000000');
    const found = await run(source);
    expect(found).toMatchObject({ makespanSeconds: 1e6, criticalPathSeconds: 1e6, ratio: 1 });
    // A Task, the flow's output and a Choice a round; each of its executions, of some 300 rounds, adds a few.
    expect(found?.transitions).toBeGreaterThan(3e6);
    expect(found?.transitions).toBeLessThan(3.02e6);
    expect(found?.historyEvents).toBeGreaterThan(2000);
    expect(found?.historyEvents).toBeLessThanOrEqual(4_200);
    expect(found?.cost.functions.requests).toBe(1e6);
  });

  it('of an iterate in an iterate, beside another one, are the product of both', async () => {
    const inner = `{ id: in, component: /iterate, input: { initial_input: { n: { $input: n } }, max_iterations: 7, flow: { $literal: { steps: [{ id: inc, component: /my/inc, input: { $input: n } }], output: { next: { n: { $step: inc } } } } } } }`;
    const outer = `{ id: out, component: /iterate, input: { initial_input: { n: 1 }, max_iterations: 30, flow: { $literal: { steps: [${inner}], output: { next: { n: { $step: in, path: iterations } } } } } } }`;
    const beside = `{ id: beside, component: /iterate, input: { initial_input: { n: 1 }, max_iterations: 11, flow: { $literal: { steps: [{ id: inc, component: /my/inc, input: { $input: n } }], output: { next: { n: { $step: inc } } } } } } }`;
    const found = await run(`steps: [${outer}, ${beside}]\noutput: [{ $step: out }, { $step: beside }]\n`);
    expect(found).toMatchObject({
      makespanSeconds: 210,
      criticalPathSeconds: 210,
      cost: { functions: { requests: 221 } },
    });
  });
});

describe('a timeout', () => {
  const timed = (more: string): string => `
steps: [{ id: slow, component: /m/slow, ${more} }]
output: { $coalesce: [{ $step: slow }, late] }`;
  const profile = { steps: { slow: { seconds: 2000 } } };

  it('of a step ends its call', async () => {
    const found = await simulate(timed('timeout: 5, onError: { action: skip }'), { profile });
    expect(found.simulation?.makespanSeconds).toBe(5);
  });

  it('of functions does not count: a profile may be of other ones', async () => {
    expect((await simulate(timed(''), { profile })).simulation?.makespanSeconds).toBe(2000);
  });
});
