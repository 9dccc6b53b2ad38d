import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeExecutionCommand, GetExecutionHistoryCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import {
  type Deployed,
  deployed,
  FLOWS_THAT_START_OTHERS,
  MACHINE,
  services,
} from '../executions/measured/deployed.ts';
import { componentSource, project } from '../run/project.ts';
import { call } from './terminal.ts';

const { sfn, cloudFormation, logs, have } = services();

const FILES = {
  ...FLOWS_THAT_START_OTHERS,
  'flow.yaml': `steps:
  - { id: first, component: /my/first, input: { $input: n } }
  - { id: second, component: /my/second, input: { $step: first } }
  - { id: rare, component: /my/rare, skipIf: { $input: quick } }
output: [{ $step: second }, { $step: rare }]
`,
  'other.yaml': 'steps: [{ id: apart, component: /my/rare }]\noutput: { $step: apart }\n',
  'lambdas/my/second.ts': componentSource('return [input];'),
  'lambdas/my/rare.ts': componentSource('return 1;'),
};

const run = (cwd: string, file: string, input?: Parameters<typeof deployed>[1]): Promise<Deployed> =>
  deployed(join(cwd, file), input);
const profile = (cwd: string, ...argv: string[]) => call(['profile', ...argv], { cwd });
const readProfile = (cwd: string, file = 'flow.profile.json') => JSON.parse(readFileSync(join(cwd, file), 'utf8'));

/** The milliseconds of the calls in histories, by the states that made them. */
function callsIn({ histories }: Deployed): ReadonlyMap<string, readonly number[]> {
  const calls = new Map<string, number[]>();
  for (const events of histories.values())
    for (const event of events) {
      if (event.type !== 'TaskSucceeded') continue;
      const started = events.find(({ id }) => id === event.previousEventId);
      const before = (id: number | undefined) => events.find((one) => one.id === id);
      const scheduled = before(started?.previousEventId);
      const name = before(scheduled?.previousEventId)?.stateEnteredEventDetails?.name ?? '';
      const ms = Number(event.timestamp) - Number(started?.timestamp);
      calls.set(name, [...(calls.get(name) ?? []), ms]);
    }
  return calls;
}

describe('stepflow profile of deployed executions', () => {
  it('measures one by its ARN', async () => {
    const cwd = project(FILES);
    const execution = await run(cwd, 'flow.yaml', { n: 1, quick: false });
    have(execution);
    const { code, stdout, stderr } = await profile(cwd, 'flow.yaml', '--execution', execution.arn);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'Next: stepflow simulate flow.yaml --profile flow.profile.json\n',
    });
    expect(stdout).toContain('✔ flow.profile.json: 3 steps, the medians of 1 execution\n');
    const { source, steps, components } = readProfile(cwd);
    expect(source).toEqual({
      ...{ kind: 'executions', runs: 1, stateMachine: MACHINE, executions: [execution.arn] },
      ...{ at: expect.any(String), began: expect.any(String), ended: expect.any(String) },
      logs: { calls: 3, read: 3 },
    });
    expect(Object.keys(steps)).toEqual(['first', 'second', 'rare']);
    expect(Object.keys(components).sort()).toEqual(['/my/first', '/my/rare', '/my/second']);
    const [ms] = callsIn(execution).get('rare') ?? [];
    const measured = ms ?? Number.NaN;
    expect(steps.rare).toMatchObject({
      ...{ seconds: measured / 1000, calls: 1 },
      ...{ billedSeconds: (measured + 10) / 1000, maxMemoryMb: 90 },
    });
    expect(stdout).toContain('  billed time of 3 of 3 calls read from logs\n');
    // Its history came in pages.
    expect(sfn.commandCalls(GetExecutionHistoryCommand).length).toBeGreaterThan(1);
  });

  it('measures the latest, of the state machine in the outputs of the stack', async () => {
    const cwd = project(FILES);
    const executions = [];
    for (const quick of [false, true, false, false]) executions.push(await run(cwd, 'flow.yaml', { n: 1, quick }));
    have(...executions);
    const { code, stdout } = await profile(cwd, 'flow.yaml', '--last', '3', '--json');
    expect(code).toBe(0);
    const { source, steps } = JSON.parse(stdout);
    expect(source).toMatchObject({ runs: 3, executions: executions.slice(0, 3).map(({ arn }) => arn) });
    // The second of them skipped the step.
    expect(steps).toMatchObject({ first: { calls: 3 }, rare: { calls: 2 } });
    expect(sfn.commandCalls(ListExecutionsCommand)[0]?.args[0].input).toMatchObject({
      stateMachineArn: MACHINE,
      statusFilter: 'SUCCEEDED',
    });
    const named = await profile(cwd, 'flow.yaml', '--last', '3', '--state-machine', MACHINE, '--json');
    expect(JSON.parse(named.stdout).steps).toEqual(steps);
  });

  it('measures the items of a distributed Map, each in an execution of its own', async () => {
    const cwd = project(FILES);
    const execution = await run(cwd, 'each.yaml', { n: 450 });
    have(execution);
    expect(execution.histories.size).toBe(451);
    const { code, stdout, stderr } = await profile(cwd, 'each.yaml', '--execution', execution.arn, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // A part of so many tells enough.
    expect(JSON.parse(stdout).source.maps).toEqual([
      { step: 'each', mapRuns: 1, children: 450, read: 100, express: false },
    ]);
    expect(JSON.parse(stdout).steps).toMatchObject({ list: { calls: 1 }, 'each.one': { calls: 100 } });
  });

  it('measures what runs in executions that the flow starts', async () => {
    const cwd = project(FILES);
    const execution = await run(cwd, 'loop.yaml');
    have(execution);
    expect(execution.histories.size).toBe(3);
    const { code, stdout } = await profile(cwd, 'loop.yaml', '--execution', execution.arn, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).steps).toMatchObject({ 'again.add': { calls: 4 } });
  });

  it('refuses an execution of another flow, and leaves out those of other versions', async () => {
    const cwd = project(FILES);
    const [own, other] = [await run(cwd, 'flow.yaml', { n: 1, quick: true }), await run(cwd, 'other.yaml')];
    have(other, own);
    const refused = await profile(cwd, 'flow.yaml', '--execution', other.arn);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('is not of flow.yaml as it is now, which has no state "apart"\n  help: name an');
    expect(existsSync(join(cwd, 'flow.profile.json'))).toBe(false);
    const { code, stderr } = await profile(cwd, 'flow.yaml', '--last', '2');
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('1 execution of another version of the flow is left out\n'),
    });
    expect(readProfile(cwd).source).toMatchObject({ runs: 1, executions: [own.arn] });
  });

  it('refuses one that failed, one that runs, and one that there is not', async () => {
    const cwd = project({ ...FILES, 'lambdas/my/rare.ts': componentSource('throw new Error("no");') });
    const failed = await run(cwd, 'flow.yaml', { n: 1, quick: false });
    have(failed);
    const say = async (arn: string) => (await profile(cwd, 'flow.yaml', '--execution', arn)).stderr;
    expect(await say(failed.arn)).toContain(
      'has not succeeded (FAILED), so that its times measure little\n  help: name',
    );
    expect(await say(failed.arn.slice(0, -1))).toMatch(/Execution Does Not Exist: .*\n {2}help: check the ARN/);
    sfn.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
    expect(await say(failed.arn)).toContain('is still running\n  help: wait for its end');
    expect(await say('arn:aws:states:eu-west-1:123456789012:express:Flow:a:b')).toContain('an Express execution');
    expect(await say('flow-1')).toContain('flow-1 is not the ARN of an execution\n  help: give it as AWS shows it');
  });

  it.each([
    ['CredentialsProviderError', 'Could not load credentials', 'AWS accepts no credentials of this shell'],
    ['AccessDeniedException', 'not authorized to perform states:ListExecutions', 'docs/simulating.md lists the perm'],
    ['StateMachineTypeNotSupported', 'This operation is not supported', 'it is an Express workflow'],
    ['StateMachineDoesNotExist', 'State Machine Does Not Exist', 'check the ARN, and that the credentials'],
  ])('says what to do about %s', async (name, message, shown) => {
    sfn.on(ListExecutionsCommand).rejects(Object.assign(new Error(message), { name }));
    const { code, stderr } = await profile(project(FILES), 'flow.yaml', '--last', '1');
    expect(code).toBe(1);
    expect(stderr).toContain(shown);
    expect(stderr).toContain('help: ');
  });

  it('says where it looked for a state machine and its executions', async () => {
    const cwd = project(FILES);
    const none = await profile(cwd, 'flow.yaml', '--last', '1', '--json');
    expect(none.code).toBe(1);
    expect(JSON.parse(none.stdout)).toMatchObject({
      ok: false,
      error: { code: 'AWS', message: expect.stringContaining(`no execution of ${MACHINE} has succeeded`) },
    });
    const unknown = await profile(cwd, 'other.yaml', '--last', '1');
    expect(unknown.stderr).toContain('the stack StepflowStack has no flow "other.yaml"\n');
    expect(unknown.stderr).toContain('its flows are "flow"\n');
    expect(cloudFormation.calls()).toHaveLength(2);
  });

  it.each([
    [['--local', '--last', '1'], '--local and deployed executions exclude each other'],
    [['--execution', 'a', '--last', '1'], '--execution and --last exclude each other'],
    [['--last', '1', '--stack', 's', '--state-machine', 'm'], '--state-machine and --stack exclude each other'],
    [['--execution', 'a', '--stack', 's'], '--state-machine and --stack are for --last'],
    [['--last', '1', '--runs', '3'], '--runs, --input and --mocks are for --local'],
  ])('refuses %j', async (argv, shown) => {
    const { code, stderr } = await profile(project(FILES), 'flow.yaml', ...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(shown);
  });
});

describe('stepflow explain of runs', () => {
  const explain = async (cwd: string, ...argv: string[]) =>
    JSON.parse((await call(['explain', 'flow.yaml', '--json', ...argv], { cwd })).stdout);

  it('shows what is predicted beside what was measured of an execution', async () => {
    const cwd = project(FILES);
    const execution = await run(cwd, 'flow.yaml', { n: 1, quick: true });
    have(execution);
    const { costs, total } = await explain(cwd, '--execution', execution.arn);
    expect(costs.map(({ step }: { step: string }) => step)).toEqual(['first', 'rare', 'second']);
    const [first, rare] = costs;
    const [ms = Number.NaN] = callsIn(execution).get('first') ?? [];
    expect(first).toMatchObject({
      component: '/my/first',
      predicted: { calls: 1, seconds: 1, bytes: null, usd: expect.any(Number) },
      measured: { calls: 1, seconds: ms / 1000, bytes: expect.any(Number), usd: expect.any(Number) },
    });
    // It takes less than the second that is assumed, and costs less.
    expect(first.measured.usd).toBeLessThan(first.predicted.usd);
    expect(rare).toMatchObject({ predicted: { calls: 1 }, measured: null });
    expect(total).toMatchObject({
      predicted: { makespanSeconds: 2 },
      measured: { source: { kind: 'executions', executions: [execution.arn] }, costUsd: expect.any(Number) },
    });
    expect(total.measured.costUsd).toBeGreaterThan(first.measured.usd);
    const { stdout } = await call(['explain', 'flow.yaml', '--execution', execution.arn], { cwd });
    expect(stdout).toMatch(/costs\n +predicted +measured\n {2}first +1\.00 s +\$0\.0000\d+ +\d+ ms +\d+ B +\$/);
  });

  it('predicts the bytes that a profile of the same executions has, and the cost of calls without logs', async () => {
    const cwd = project(FILES);
    const execution = await run(cwd, 'flow.yaml', { n: 1, quick: false });
    have(execution);
    logs.on(FilterLogEventsCommand).resolves({ events: [] });
    await profile(cwd, 'flow.yaml', '--execution', execution.arn);
    const { costs } = await explain(cwd, '--execution', execution.arn);
    for (const { predicted, measured } of costs) {
      expect(predicted.bytes).toBe(measured.bytes);
      expect(predicted.seconds).toBeCloseTo(measured.seconds, 9);
      expect(predicted.usd).toBeCloseTo(measured.usd, 12);
    }
  });

  it('shows what was measured of a run on this machine, and calls nothing again', async () => {
    const cwd = project(FILES);
    const input = '{"n": 1, "quick": false}';
    const ran = JSON.parse((await call(['run', 'flow.yaml', '--input', input, '--json'], { cwd })).stdout);
    const id = ran.execution.id.split(':').at(-1);
    writeFileSync(join(cwd, 'lambdas/my/first.ts'), componentSource('throw new Error("called again");'));
    const { costs, total } = await explain(cwd, '--run', id);
    expect(costs.map(({ measured }: { measured: object }) => measured)).toEqual(
      costs.map(() => expect.objectContaining({ calls: 1, seconds: expect.any(Number) })),
    );
    expect(total.measured).toMatchObject({ source: { kind: 'local', runs: 1 } });
    // The time between the run and its replay is not part of it.
    expect(total.measured.makespanSeconds).toBeGreaterThan(0);
    expect(total.measured.makespanSeconds).toBeLessThanOrEqual(ran.execution.durationMs / 1000);
    const none = await call(['explain', 'flow.yaml', '--run', 'nothing'], { cwd });
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no run "nothing"') });
  });

  it('says what keeps AWS from answering', async () => {
    const arn = 'arn:aws:states:eu-west-1:123456789012:execution:Flows-Flow:gone';
    const { code, stderr } = await call(['explain', 'flow.yaml', '--execution', arn], { cwd: project(FILES) });
    expect(code).toBe(1);
    expect(stderr).toContain('Execution Does Not Exist');
  });
});
