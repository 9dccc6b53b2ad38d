import { join } from 'node:path';
import type { HistoryEvent as AwsHistoryEvent } from '@aws-sdk/client-sfn';
import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { awsExecutions } from '../../../lib/executions/aws/aws-executions.ts';
import type { StepPage } from '../../../lib/executions/executions.ts';
import type { Json } from '../../../lib/protocol/json.ts';
import { componentSource, project } from '../../run/project.ts';
import { type Deployed, deployed, FLOWS_THAT_START_OTHERS, services } from '../measured/deployed.ts';

const { sfn, have } = services();

const FILES = {
  ...FLOWS_THAT_START_OTHERS,
  'flow.yaml': `steps:
  - { id: first, component: /my/first, input: { $input: n } }
  - { id: folded, component: /builtin/extract, input: { data: { $step: first }, path: $.n } }
  - { id: unwanted, component: /my/first, input: { $step: first } }
  - { id: rare, component: /my/first, skipIf: { $input: quick }, input: { n: 2 } }
  - { id: risky, component: /my/risky, input: { $step: folded }, onError: { action: useDefault, defaultValue: 0 } }
  - { id: last, component: /my/risky, input: { $step: first, path: n } }
output: [{ $step: folded }, { $step: rare }, { $step: risky }, { $step: last }]
`,
  'plain.yaml': 'steps: [{ id: last, component: /my/risky, input: { $input: n } }]\noutput: { $step: last }\n',
  'lambdas/my/risky.ts': componentSource("if (input > 1) throw new FlowError('RISKY', 'too much'); return input;"),
};

const FOLDER = project(FILES);

const ran = (file: string, input: Json): Promise<Deployed> => deployed(join(FOLDER, file), input);

/** The service on an account that has an execution, whose state machine is that of the flow. */
function serviceFor({ arn, report }: Deployed) {
  const stateMachineArn = arn.replace(':execution:', ':stateMachine:').replace(/:[^:]+$/, '');
  const facts = async () => ({ inputBudget: { reads: [], share: 0, room: 0 } });
  const flow = { stateMachineArn, type: 'STANDARD' as const, facts };
  const executions = awsExecutions({
    flows: { flow: { ...flow, details: async () => ({ examples: [], report: JSON.parse(JSON.stringify(report)) }) } },
    sfn: new SFNClient({}),
    pause: async () => {},
    waiting: () => Promise.reject(new Error('A history asks nobody.')),
    blobs: {
      get: () => Promise.reject(new Error('A history needs no blobs.')),
      put: () => Promise.reject(new Error('A history needs no blobs.')),
    },
  });
  const id = arn.split(':').at(-1) ?? '';
  return { id, history: (page = {}): Promise<StepPage> => executions.history('flow', id, page), executions };
}

/** The steps of a local run, which looks at its clock after its last event: what ends with the run may end a moment later. */
const asLocally = ({ steps }: Deployed) =>
  steps.map((step) => ({ ...step, ...(step.endMs !== null && { endMs: expect.closeTo(step.endMs, -2) }) }));

describe('the history of an execution', () => {
  it.each([
    ['flow.yaml', { n: { n: 1 }, quick: true }, 'SUCCEEDED'],
    ['flow.yaml', { n: { n: 1 }, quick: false }, 'SUCCEEDED'],
    ['flow.yaml', { n: { n: 2 }, quick: false }, 'FAILED'],
    ['each.yaml', { n: 3 }, 'SUCCEEDED'],
    ['loop.yaml', {}, 'SUCCEEDED'],
  ])('of %s with %j has the steps of a local run', async (file, input, status) => {
    const execution = await ran(file, input);
    have(execution);
    const { id, history } = serviceFor(execution);
    expect(await history()).toEqual({ id, flow: 'flow', status, steps: asLocally(execution) });
  });

  it('follows what the flow starts into other executions', async () => {
    const execution = await ran('loop.yaml', {});
    have(execution);
    expect(execution.histories.size).toBeGreaterThan(1);
    const { steps } = await serviceFor(execution).history();
    expect(steps.map(({ id, status }) => [id, status])).toContainEqual(['again.add', 'succeeded']);
  });

  it('comes in pages that fit together', async () => {
    const execution = await ran('flow.yaml', { n: { n: 1 }, quick: true });
    have(execution);
    const { history } = serviceFor(execution);
    const pages: StepPage[] = [];
    do {
      const token = pages.at(-1)?.next;
      pages.push(await history({ limit: 4, ...(token !== undefined && { token }) }));
    } while (pages.at(-1)?.next !== undefined);
    expect(pages.map(({ steps }) => steps.length)).toEqual([4, 2]);
    expect(pages.flatMap(({ steps }) => steps)).toEqual(asLocally(execution));
  });

  it('of one that goes on has what is running, after any event', async () => {
    const execution = await ran('flow.yaml', { n: { n: 1 }, quick: true });
    have(execution);
    const { history } = serviceFor(execution);
    const [whole = []] = [...execution.histories.values()];
    const seen = new Map<string, Set<string>>();
    for (let length = 1; length < whole.length; length++) {
      answer(whole.slice(0, length));
      const { status, steps } = await history();
      expect(status).toBe('RUNNING');
      for (const { id, status: of, endMs } of steps) {
        if (of === 'running') expect(endMs).toBeNull();
        seen.set(id, (seen.get(id) ?? new Set()).add(of));
      }
    }
    expect(seen.get('first')).toEqual(new Set(['not_run', 'running', 'succeeded']));
    expect([...seen.values()].some((all) => all.has('cancelled') || all.has('failed'))).toBe(false);
  });

  it('of one that was redriven has what became of the step that had failed', async () => {
    const failed = await ran('plain.yaml', { n: 2 });
    const good = await ran('plain.yaml', { n: 1 });
    have(failed);
    const { history } = serviceFor(failed);
    answer(redriven([...failed.histories.values()][0] ?? [], [...good.histories.values()][0] ?? []));
    const { status, steps } = await history();
    expect(status).toBe('RUNNING');
    const last = steps.find(({ id }) => id === 'last');
    expect(last).toMatchObject({ status: 'running', endMs: null, attempts: 2 });
  });

  it('is refused of an execution of another version of the flow, whose states mean something else', async () => {
    const execution = await ran('flow.yaml', { n: { n: 1 }, quick: true });
    have(execution);
    const other = { ...execution, report: { ...execution.report, states: {} } };
    await expect(serviceFor(other).history()).rejects.toMatchObject({ code: 'OTHER_VERSION' });
  });

  it('is refused with a token of something else', async () => {
    const execution = await ran('flow.yaml', { n: { n: 1 }, quick: true });
    have(execution);
    await expect(serviceFor(execution).history({ token: 'x' })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      parameter: 'token',
    });
  });

  it('is none of an execution that there is not', async () => {
    const execution = await ran('flow.yaml', { n: { n: 1 }, quick: true });
    have();
    await expect(serviceFor(execution).history()).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
  });
});

/** Has Step Functions answer with these events, whatever is asked for. */
const answer = (events: readonly AwsHistoryEvent[]): void => {
  sfn.on(GetExecutionHistoryCommand).callsFake(() => ({ events }));
};

/**
 * A history that failed, and goes on with the call that failed. Source: "Redriving executions", AWS Step Functions developer guide:
 * the events of a redrive are appended, and the state that failed is not entered again. That the call refers to the state's
 * last event is our reading: nothing else would tell which of several branches it is in.
 */
function redriven(failed: readonly AwsHistoryEvent[], good: readonly AwsHistoryEvent[]): readonly AwsHistoryEvent[] {
  const last = failed.at(-1);
  const at = last?.timestamp ?? new Date();
  const id = last?.id ?? 0;
  const scheduled = good.find(({ type }) => type === 'TaskScheduled');
  const refused = failed.findLast(({ type }) => type === 'TaskFailed')?.id ?? 0;
  return [
    ...failed,
    {
      id: id + 1,
      previousEventId: id,
      timestamp: at,
      type: 'ExecutionRedriven',
      executionRedrivenEventDetails: { redriveCount: 1 },
    },
    { ...scheduled, type: 'TaskScheduled', id: id + 2, previousEventId: refused, timestamp: at },
  ];
}
