import { join } from 'node:path';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Deployed,
  deployed,
  FLOWS_THAT_START_OTHERS,
  LOG_GROUP,
  MACHINE,
  services,
} from '../executions/measured/deployed.ts';
import { componentSource, project } from '../run/project.ts';
import { call, steady } from './terminal.ts';

const { sfn, cloudFormation, logs, have, show, values } = services();

/** The executions of a local run are those of a state machine with the flow's name. */
const FLOW_MACHINE = MACHINE.replace(/[^:]+$/, 'flow');
beforeEach(() => {
  const Outputs = [{ OutputValue: FLOW_MACHINE, Description: 'The state machine of flow' }];
  const CreationTime = new Date(0);
  cloudFormation
    .on(DescribeStacksCommand, { StackName: 'StepflowStack' })
    .resolves({ Stacks: [{ StackName: 'StepflowStack', StackStatus: 'CREATE_COMPLETE', CreationTime, Outputs }] });
});

const FILES = {
  ...FLOWS_THAT_START_OTHERS,
  'flow.yaml': `input_schema:
  type: object
  properties: { n: { type: number }, code: { type: string, is_secret: true }, pad: { type: string } }
  required: [n]
steps:
  - { id: first, component: /my/first, input: { $input: n } }
  - { id: second, component: /my/second, input: [{ $step: first }, { $input: pad }] }
output: { $step: second }
`,
  'lambdas/my/second.ts': componentSource("if (input[0] > 8) throw new Error('more than 8'); return input;"),
};

const FOLDER = project(FILES);
/** Executions of the flow: one that succeeded, one that failed. */
let good: Deployed;
let bad: Deployed;
beforeAll(async () => {
  good = await deployed(join(FOLDER, 'flow.yaml'), { n: 1, pad: 'x' });
  bad = await deployed(join(FOLDER, 'flow.yaml'), { n: 9, pad: 'x' });
});

const idOf = ({ arn }: Deployed): string => arn.split(':').at(-1) ?? '';
const stepflow = (...argv: string[]) => call(argv, { cwd: FOLDER });
const json = async (...argv: string[]) => {
  const { code, stdout } = await stepflow(...argv, '--json');
  return { code, ...JSON.parse(stdout) };
};
const withoutIds = (text: string): string =>
  steady(text)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replaceAll(FOLDER, 'FOLDER');

describe('stepflow submit', () => {
  it('starts an execution by the flow’s name or file, and says what to do next', async () => {
    have(good);
    sfn.on(StartExecutionCommand).resolves({ executionArn: good.arn });
    for (const flow of ['flow', 'flow.yaml', './flow.yaml']) {
      const { code, stdout, stderr } = await stepflow('submit', flow, '--input', '{"n": 1}', '--region', 'eu-west-1');
      expect({ code, stdout: withoutIds(stdout), stderr: withoutIds(stderr) }).toEqual({
        code: 0,
        stdout: '✔ flow started: ID\n',
        stderr: 'Next: stepflow wait ID --region eu-west-1\n',
      });
    }
    const input = sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input;
    expect(input).toMatchObject({ stateMachineArn: `${FLOW_MACHINE}:live`, input: '{"n":1}' });
  });

  it('refuses an input that the flow does not take before it starts anything, and shows no secret of it', async () => {
    have(good);
    const { code, stdout, stderr } = await stepflow('submit', 'flow', '--input', '{"n": "1", "code": "geheim-77"}');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('--input:1:7');
    expect(stderr).not.toContain('geheim-77');
    expect(await json('submit', 'flow')).toMatchObject({
      ...{ code: 1, ok: false },
      diagnostics: [{ code: 'input-mismatch', message: expect.stringContaining('n') }],
    });
    expect(sfn.commandCalls(StartExecutionCommand)).toEqual([]);
  });

  it('puts what is large into the blob store of the flow', async () => {
    have(good);
    sfn.on(StartExecutionCommand).resolves({ executionArn: good.arn });
    const pad = 'x'.repeat(300_000);
    const { code, stdout } = await call(['submit', 'flow', '--input', '-', '--json'], {
      ...{ cwd: FOLDER, stdin: JSON.stringify({ n: 1, pad }) },
    });
    expect({ code, status: JSON.parse(stdout).status }).toEqual({ code: 0, status: 'RUNNING' });
    const input = sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input;
    expect(JSON.parse(input?.input ?? '').pad).toMatchObject({ $blob: expect.any(String) });
    expect([...values]).toEqual([[expect.stringMatching(/^blobs\/values\//), JSON.stringify(pad)]]);
  });

  it('starts one execution for a key, and waits for it', async () => {
    have(good);
    sfn
      .on(StartExecutionCommand)
      .rejects(new ExecutionAlreadyExists({ message: 'Execution Already Exists', $metadata: {} }));
    const key = idOf(good);
    const other = await stepflow('submit', 'flow', '--input', '{"n": 2}', '--idempotency-key', key);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain(`error: The idempotency key "${key}" has started an execution with another input\n`);
    sfn.on(StartExecutionCommand).resolves({ executionArn: good.arn });
    const waited = await json('submit', 'flow', '--input', '{"n": 1}', '--idempotency-key', key, '--wait');
    expect(waited).toMatchObject({ code: 0, outcome: 'success', result: [1, 'x'], execution: { id: good.arn } });
  });
});

describe('stepflow status, result and history', () => {
  it('find an execution by its id among the flows of the stack, or by its ARN without it', async () => {
    have(good);
    const { code, stdout, stderr } = await stepflow('status', idOf(good));
    expect({ code, stdout: withoutIds(stdout), stderr: withoutIds(stderr) }).toEqual({
      code: 0,
      stdout: '✔ flow ID succeeded after T\n',
      stderr: 'Next: stepflow history ID\n',
    });
    cloudFormation.reset();
    const byArn = await json('status', good.arn);
    expect(byArn).toMatchObject({ code: 0, id: idOf(good), flow: 'flow', status: 'SUCCEEDED', result: [1, 'x'] });
    const result = await stepflow('result', good.arn);
    expect({ ...result, stdout: JSON.parse(result.stdout) }).toEqual({ code: 0, stdout: [1, 'x'], stderr: '' });
  });

  it('tell how a flow failed, and fail themselves', async () => {
    have(bad);
    const { code, stdout, stderr } = await stepflow('result', idOf(bad));
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: '✖ failed: COMPONENT_FAILED: more than 8\n',
    });
    expect(await json('status', idOf(bad))).toMatchObject({
      code: 1,
      status: 'FAILED',
      error: { code: 'COMPONENT_FAILED' },
    });
    const history = await stepflow('history', idOf(bad));
    expect(withoutIds(history.stdout)).toMatchInlineSnapshot(`
      "flow 2 steps, run ID
        ✔ first /my/first T
        ✖ second /my/second T

        ✔ first ▁▁▁ T
        ✖ second ▁▁▁ T
         0 ... T
        T of work in T
        █ critical path: first → second

      ✖ flow ID failed after T
      "
    `);
    expect(history.code).toBe(1);
  });

  it.each(['flow.yaml', 'each.yaml', 'loop.yaml'])('history of %s has the steps of the same run here', async (file) => {
    const one = await deployed(join(FOLDER, file), file === 'each.yaml' ? { n: 3 } : { n: 1, pad: 'x' });
    have(one);
    const { code, execution } = await json('history', one.arn);
    expect(code).toBe(0);
    expect(execution.steps.map(({ id, status }: Deployed['steps'][number]) => [id, status])).toEqual(
      one.steps.map(({ id, status }) => [id, status]),
    );
    expect(execution.metrics.makespanMs).toBe(execution.durationMs);
  });

  it('history is of the version that ran, whatever is deployed now', async () => {
    const changed = project({ ...FILES, 'flow.yaml': FILES['flow.yaml'].replaceAll('second', 'third') });
    const later = await deployed(join(changed, 'flow.yaml'), { n: 1, pad: 'x' }).catch(() => good);
    have(later, good);
    const { execution } = await json('history', idOf(good), '--flow', 'flow');
    expect(execution.steps.map(({ id }: { id: string }) => id)).toEqual(['first', 'second']);
  });
});

describe('stepflow wait', () => {
  afterEach(() => show(Number.POSITIVE_INFINITY));

  it('shows the steps as they end, and the timeline and result of run', async () => {
    have(good);
    show(8);
    const growing = setInterval(() => show(Number.POSITIVE_INFINITY), 300);
    const { code, stdout, stderr } = await stepflow('wait', idOf(good)).finally(() => clearInterval(growing));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(withoutIds(stdout)).toMatchInlineSnapshot(`
      "flow 2 steps, run ID
        ✔ first /my/first T
        ✔ second /my/second T

        ✔ first ▁▁▁ T
        ✔ second ▁▁▁ T
         0 ... T
        T of work in T
        █ critical path: first → second

      ✔ success in T, N transitions
      [
        1,
        "x"
      ]
      "
    `);
    const followed = await json('wait', idOf(good));
    expect(followed).toMatchObject({
      ...{ code: 0, outcome: 'success', result: [1, 'x'] },
      execution: { id: good.arn, transitions: expect.any(Number), criticalPath: ['first', 'second'] },
    });
  });

  it('leaves the execution running when it is interrupted, and says how to go on', async () => {
    have(good);
    show(8);
    const interrupted = new AbortController();
    setTimeout(() => interrupted.abort(), 200);
    const { code, stderr } = await call(['wait', idOf(good)], { cwd: FOLDER, signal: interrupted.signal });
    expect(code).toBe(1);
    expect(withoutIds(stderr)).toBe('The execution goes on; only the waiting has ended\nNext: stepflow wait ID\n');
    expect(sfn.commandCalls(StopExecutionCommand)).toEqual([]);
  });

  it('tells where a flow failed, and that it can be redriven', async () => {
    have(bad);
    const { code, stderr } = await stepflow('wait', idOf(bad));
    expect(code).toBe(1);
    expect(withoutIds(stderr)).toContain('✖ failed: COMPONENT_FAILED: more than 8\n  in step second (/my/second)\n');
    expect(withoutIds(stderr)).toContain('Next: stepflow redrive ID\n');
  });
});

describe('stepflow logs and runs', () => {
  it('logs shows what the components of a deployed execution logged, and nothing else of their log groups', async () => {
    have(good);
    const at = Date.now();
    const entry = (message: string, step: string, execution = good.arn) =>
      JSON.stringify({
        time: new Date(at).toISOString(),
        level: 'info',
        message,
        flow: 'flow',
        execution,
        step,
        attempt: 0,
      });
    const messages = [
      'START RequestId: 1',
      entry('one', 'first'),
      entry('two', 'second'),
      entry('not this one', 'first', bad.arn),
      JSON.stringify({ ...JSON.parse(entry('', 'first')), _aws: {} }),
    ];
    const events = messages.map((message, index) => ({ eventId: String(index), timestamp: at + index, message }));
    logs.on(FilterLogEventsCommand).resolves({ events });
    const all = await call(['logs', good.arn, '--json'], { cwd: FOLDER });
    const lines = all.stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(['one', 'two']);
    const own = await stepflow('logs', good.arn, '--step', 'second');
    expect({ code: own.code, stdout: own.stdout.replace(/^\S+Z/, 'TIME') }).toEqual({
      code: 0,
      stdout: 'TIME info  second two\n',
    });
    expect(logs.commandCalls(FilterLogEventsCommand)[1]?.args[0].input).toMatchObject({
      logGroupName: LOG_GROUP,
      filterPattern: `{ $.execution = "${good.arn}" && $.step = "second" }`,
    });
  });

  it('logs and runs are of this machine where nothing else is said; a log tells no secret', async () => {
    const source = "ctx.logger.warn('read', { code: input.code }); return 1;";
    const cwd = project({
      'flow.yaml': `input_schema: { type: object, properties: { code: { type: string, is_secret: true } } }
steps: [{ id: ask, component: /my/ask, input: { code: { $input: code } } }]
output: { $step: ask }
`,
      'lambdas/my/ask.ts': componentSource(source),
    });
    const ran = await call(['run', 'flow.yaml', '--input', '{"code": "geheim-4711"}', '--json'], { cwd });
    expect(ran).toMatchObject({ code: 0 });
    const shown = await call(['logs'], { cwd });
    expect(shown.stdout).toMatch(/^\S+Z warn {2}ask read \{"code":/);
    expect(shown.stdout).not.toContain('geheim-4711');
    const listed = JSON.parse((await call(['runs', '--json'], { cwd })).stdout);
    expect(listed).toEqual([
      { id: expect.any(String), flow: 'flow', status: 'success', startedAt: expect.stringMatching(/Z$/) },
    ]);
    const [{ id }] = listed;
    expect((await call(['logs', id.slice(0, 8), '--step', 'other'], { cwd })).stdout).toBe('');
  });

  it('runs lists the executions of deployed flows', async () => {
    have(good);
    sfn.on(ListExecutionsCommand).resolves({
      executions: [
        {
          name: 'a1',
          executionArn: good.arn,
          stateMachineArn: FLOW_MACHINE,
          status: 'RUNNING',
          startDate: new Date(0),
        },
      ],
    });
    const { stdout } = await stepflow('runs', '--deployed');
    expect(stdout).toBe('  id  flow   status               started  took\n  a1  flow  running  1970-01-01T00:00:00Z\n');
  });
});

describe('stepflow stop and redrive', () => {
  it('stop ends an execution with the reason that is given', async () => {
    have(good);
    show(5);
    sfn.on(StopExecutionCommand).callsFake(() => {
      have({ ...good, histories: new Map([[good.arn, aborted(good)]]) });
      show(Number.POSITIVE_INFINITY);
      return { stopDate: new Date() };
    });
    const { code, stdout, stderr } = await stepflow('stop', idOf(good), '--reason', 'the input was wrong');
    expect({ code, stdout: withoutIds(stdout) }).toEqual({ code: 0, stdout: '✖ flow ID aborted after T\n' });
    expect(withoutIds(stderr)).toContain('Next: stepflow redrive ID\n');
    const input = sfn.commandCalls(StopExecutionCommand)[0]?.args[0].input;
    expect(input).toEqual({ executionArn: good.arn, error: 'CANCELLED', cause: 'the input was wrong' });
  });

  it('redrive continues an execution that failed, and waits for what comes then', async () => {
    have(bad);
    sfn.on(RedriveExecutionCommand).callsFake(() => {
      setTimeout(() => have({ ...bad, histories: new Map([[bad.arn, redriven(bad, good)]]) }), 300);
      return { redriveDate: new Date() };
    });
    expect(await json('redrive', idOf(bad), '--wait')).toMatchObject({
      code: 0,
      status: 'SUCCEEDED',
      result: [1, 'x'],
    });
  });
});

/** A history that is stopped after some events. */
const aborted = ({ arn, histories }: Deployed) => {
  const events = (histories.get(arn) ?? []).slice(0, 5);
  const timestamp = events.at(-1)?.timestamp;
  return [...events, { id: 6, previousEventId: 5, type: 'ExecutionAborted' as const, timestamp }];
};

/** The history of an execution that failed in its last step, which once more is that of another one. */
function redriven(failed: Deployed, other: Deployed) {
  const before = failed.histories.get(failed.arn) ?? [];
  const events = other.histories.get(other.arn) ?? [];
  const from = events.findIndex((event) => event.stateEnteredEventDetails?.name === 'second');
  const last = before.length;
  const shift = last + 1 - (events[from - 1]?.id ?? 0);
  const timestamp = before.at(-1)?.timestamp;
  return [
    ...before,
    { id: last + 1, previousEventId: last, type: 'ExecutionRedriven' as const, timestamp },
    ...events.slice(from).map((event) => ({
      ...{ ...event, timestamp, id: (event.id ?? 0) + shift, previousEventId: (event.previousEventId ?? 0) + shift },
    })),
  ];
}

describe('what cannot be answered is told with what to do about it', () => {
  const refused = async (...argv: string[]) => {
    const { code, stdout, stderr } = await stepflow(...argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    return withoutIds(stderr);
  };

  it('a flow, a stack or an execution that is not there', async () => {
    have(good);
    expect(await refused('submit', 'flwo')).toContain('did you mean "flow"?');
    const missing = Object.assign(new Error('Stack with id Other does not exist'), {
      name: 'ValidationError',
      $metadata: {},
    });
    cloudFormation.onAnyCommand().rejects(missing);
    expect(await refused('submit', 'flow', '--stack', 'Other')).toContain('there is no stack Other in eu-west-1\n');
    expect(await refused('status', 'abc')).toContain('(no --stack was given, and there is no cdk.out');
  });

  it('an id that no flow has', async () => {
    have(good);
    expect(await refused('status', 'unknown-id')).toContain(
      'no flow of the stack StepflowStack has an execution "unknown-id"',
    );
  });

  it('no credentials, no right, too many requests', async () => {
    have(good);
    const failing = async (name: string) => {
      sfn
        .on(DescribeExecutionCommand)
        .rejects(Object.assign(new Error('no'), { name, $metadata: {}, $fault: 'client' }));
      return refused('status', idOf(good));
    };
    expect(await failing('AccessDeniedException')).toContain(
      'docs/operating.md lists the permissions that status needs',
    );
    expect(await failing('ExpiredTokenException')).toContain('AWS accepts no credentials of this shell');
    expect(await failing('ThrottlingException')).toContain('ask again in a few seconds');
  });
});
