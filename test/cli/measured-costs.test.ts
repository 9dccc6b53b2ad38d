import { join } from 'node:path';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { PRICES } from '../../lib/simulate/prices.ts';
import { type Deployed, deployed, LOG_GROUP, loggedCalls, services } from '../executions/measured/deployed.ts';
import { componentSource, project } from '../run/project.ts';
import { call } from './terminal.ts';

const { lambda, logs, have } = services();

const each = (type: string): string => `steps:
  - { id: list, component: /my/list, input: { $input: n } }
  - id: each
    component: /map
    input:
      items: { $step: list }
      workflow:
        $literal: { ${type} steps: [{ id: one, component: /my/first, input: { $input: $ } }], output: { $step: one } }
output: { $step: each }
`;

const FILES = {
  'flow.yaml': `steps:
  - { id: first, component: /my/first, input: { $input: n } }
  - { id: second, component: /my/second, input: { $step: first } }
output: { $step: second }
`,
  'each.yaml': each(''),
  'express.yaml': each('metadata: { aws: { type: EXPRESS } },'),
  'again.yaml': `steps:
  - { id: shaky, component: /my/shaky, onError: { action: retry, maxRetries: 2 } }
output: { $step: shaky }
`,
  'lambdas/my/first.ts': componentSource('return input;'),
  'lambdas/my/second.ts': componentSource('return [input];'),
  'lambdas/my/list.ts': componentSource('return Array.from({ length: input }, (_, at) => at);'),
  'lambdas/my/shaky.ts': componentSource(
    'globalThis.tries = (globalThis.tries ?? 0) + 1; if (globalThis.tries < 2) throw new Error("not yet"); return 1;',
  ),
};

const run = (cwd: string, file: string, input?: Parameters<typeof deployed>[1]): Promise<Deployed> =>
  deployed(join(cwd, file), input);
const explain = async (cwd: string, file: string, { arn }: Deployed) =>
  JSON.parse((await call(['explain', file, '--json', '--execution', arn], { cwd })).stdout);
const shown = async (cwd: string, file: string, { arn }: Deployed) =>
  (await call(['explain', file, '--execution', arn], { cwd })).stdout;

/** As the log of the tests has it: 10 ms more than the history, and 256 MB. */
const billedUsd = (ms: number): number => PRICES.lambdaRequest + ((ms + 10) / 1000) * 0.25 * PRICES.lambdaGbSecond;

const searches = () =>
  logs.commandCalls(FilterLogEventsCommand).flatMap(({ args: [{ input }] }) => (input.nextToken ? [] : [input]));

describe('the measured cost of deployed executions', () => {
  it('is that of the time and the memory in the logs of functions', async () => {
    const cwd = project(FILES);
    const execution = await run(cwd, 'flow.yaml', { n: 1 });
    have(execution);
    const { costs, total } = await explain(cwd, 'flow.yaml', execution);
    const calls = loggedCalls(execution.histories);
    expect(calls).toHaveLength(2);
    for (const [at, { ms }] of calls.entries()) {
      const { measured } = costs[at];
      expect(measured.usd).toBeCloseTo(billedUsd(ms) + PRICES.transition, 15);
      expect(measured.billed).toEqual({
        ...{ calls: 1, seconds: (ms + 10) / 1000, memoryMb: 256, maxMemoryMb: 90 },
        ...{ coldStarts: 1, initSeconds: 0.1505 },
      });
    }
    const { measured } = total;
    const functions = calls.reduce((sum, { ms }) => sum + billedUsd(ms), 0);
    expect(measured.calls).toBe(2);
    expect(measured.costUsd).toBeCloseTo(functions + measured.transitions * PRICES.transition, 15);
    expect(measured.source.logs).toEqual({ calls: 2, read: 2 });
    expect(await shown(cwd, 'flow.yaml', execution)).toContain('\n  billed time of 2 of 2 calls read from logs\n');
  });

  it('takes one search for all calls of functions that share a log group', async () => {
    const cwd = project(FILES);
    const execution = await run(cwd, 'flow.yaml', { n: 1 });
    have(execution);
    await explain(cwd, 'flow.yaml', execution);
    expect(lambda.commandCalls(GetFunctionConfigurationCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { FunctionName: expect.stringMatching(/^arn:aws:lambda:.*:function:Flows-my-first:3$/) },
      { FunctionName: expect.stringMatching(/^arn:aws:lambda:.*:function:Flows-my-second:3$/) },
    ]);
    const [search, ...others] = searches();
    expect(others).toEqual([]);
    expect(search).toMatchObject({ logGroupName: LOG_GROUP });
    // From a minute before the first call to a minute after the last one.
    const [first, second] = loggedCalls(execution.histories);
    expect(search?.startTime).toBe((first?.endMs ?? 0) - (first?.ms ?? 0) - 60_000);
    expect(search?.endTime).toBe((second?.endMs ?? 0) + 60_000);
  });

  it.each([
    ['AccessDeniedException', 'not authorized to perform logs:FilterLogEvents'],
    ['ResourceNotFoundException', 'The specified log group does not exist'],
  ])('is estimated where logs are not read for %s, which is said in a line', async (name, message) => {
    const cwd = project(FILES);
    const execution = await run(cwd, 'flow.yaml', { n: 1 });
    have(execution);
    logs.on(FilterLogEventsCommand).rejects(Object.assign(new Error(message), { name, $metadata: {} }));
    const { costs, total } = await explain(cwd, 'flow.yaml', execution);
    const [{ ms = Number.NaN } = {}] = loggedCalls(execution.histories);
    const estimate = PRICES.lambdaRequest + (ms / 1000) * 0.5 * PRICES.lambdaGbSecond + PRICES.transition;
    expect(costs[0].measured.usd).toBeCloseTo(estimate, 15);
    expect(costs[0].measured.billed).toBeUndefined();
    const problem = `the log group ${LOG_GROUP} of 2 functions was not read (${name}: ${message})`;
    expect(total.measured.source.logs).toEqual({ calls: 2, read: 0, problems: [problem] });
    expect(await shown(cwd, 'flow.yaml', execution)).toContain(
      `  billed time of 0 of 2 calls read from logs; the others are priced by their seconds and the memory of their components\n  ${problem}\n`,
    );
  });

  it('looks into the log groups that functions have by default, where Lambda does not tell theirs', async () => {
    const cwd = project(FILES);
    const execution = await run(cwd, 'flow.yaml', { n: 1 });
    have(execution);
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException', $metadata: {} });
    lambda.on(GetFunctionConfigurationCommand).rejects(denied);
    const missing = Object.assign(new Error('none'), { name: 'ResourceNotFoundException', $metadata: {} });
    logs.on(FilterLogEventsCommand).rejects(missing);
    const { total } = await explain(cwd, 'flow.yaml', execution);
    expect(searches().map(({ logGroupName }) => logGroupName)).toEqual([
      '/aws/lambda/Flows-my-first',
      '/aws/lambda/Flows-my-second',
    ]);
    const [problem] = total.measured.source.logs.problems;
    expect(problem).toBe(
      'the log group /aws/lambda/Flows-my-first of 1 function was not read (ResourceNotFoundException: none; ' +
        'Lambda does not tell whether it is theirs: AccessDeniedException: no)',
    );
    expect(await shown(cwd, 'flow.yaml', execution)).toContain(`${problem}, and 1 more: see --json\n`);
  });

  it('has calls that failed by their seconds: their history does not say which line of the log is theirs', async () => {
    const cwd = project(FILES);
    const execution = await run(cwd, 'again.yaml');
    have(execution);
    const { costs, total } = await explain(cwd, 'again.yaml', execution);
    expect(costs[0].measured).toMatchObject({ calls: 2, billed: { calls: 1 } });
    expect(total.measured.source.logs).toEqual({ calls: 2, read: 1 });
  });
});

describe('the measured cost of distributed Maps', () => {
  it('is that of all items, of which some were read', async () => {
    const cwd = project(FILES);
    const few = await run(cwd, 'each.yaml', { n: 450 });
    have(few);
    const { costs, total } = await explain(cwd, 'each.yaml', few);
    const one = costs.find(({ step }: { step: string }) => step === 'each.one').measured;
    expect(one.calls).toBeCloseTo(450, 9);
    expect(one.billed.calls).toBeCloseTo(450, 9);
    const { measured } = total;
    // Each item is alike: its start and its only state.
    const own = [...(few.histories.get(few.arn) ?? [])].filter(({ type }) => type?.endsWith('StateEntered')).length;
    expect(measured.transitions).toBeCloseTo(own + 2 * 450, 9);
    expect(measured.source.maps).toEqual([{ step: 'each', mapRuns: 1, children: 450, read: 100, express: false }]);
    // Of the functions, those of items that were read count for the others.
    const others = costs.filter(({ step }: { step: string }) => step !== 'each.one');
    const readMs = one.seconds * 1000;
    expect(readMs).toBeGreaterThan(0);
    const functions = one.billed.seconds * 0.25 * PRICES.lambdaGbSecond + 450 * PRICES.lambdaRequest;
    expect(one.usd).toBeCloseTo(functions + 450 * PRICES.transition, 12);
    expect(others.length).toBeGreaterThan(0);
    expect(await shown(cwd, 'each.yaml', few)).toContain(
      '\n  each: 100 of 450 items were read; their calls, transitions and costs count for all\n',
    );
  });

  it('has the starts of Express items, and says what is left out', async () => {
    const cwd = project(FILES);
    const execution = await run(cwd, 'express.yaml', { n: 450 });
    have(execution);
    const { costs, total } = await explain(cwd, 'express.yaml', execution);
    expect(costs.find(({ step }: { step: string }) => step === 'each.one').measured).toBeNull();
    const { measured } = total;
    const own = [...(execution.histories.get(execution.arn) ?? [])];
    const entered = own.filter(({ type }) => type?.endsWith('StateEntered')).length;
    expect(measured.transitions).toBe(entered + 450);
    const functions = loggedCalls(new Map([[execution.arn, own]])).reduce((sum, { ms }) => sum + billedUsd(ms), 0);
    const states = measured.transitions * PRICES.transition + 450 * PRICES.expressRequest;
    // The functions that write and read the items of the Map use S3, too.
    expect(measured.costUsd).toBeGreaterThanOrEqual(functions + states - 1e-12);
    expect(measured.costUsd).toBeLessThan(functions + states + 3 * PRICES.s3Put);
    expect(measured.source.maps).toEqual([{ step: 'each', mapRuns: 1, children: 450, read: 0, express: true }]);
    expect(await shown(cwd, 'express.yaml', execution)).toContain(
      '  each: the starts of 450 Express items are counted;',
    );
  });
});
