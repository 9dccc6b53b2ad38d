import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as sns from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { AlarmStacks } from '../../lib/aws/alarm-stacks.ts';
import { type AlarmOptions, Workflow, WorkflowError } from '../../lib/aws/index.ts';
import { alarmCount } from '../../lib/aws/workflow-alarms.ts';
import { componentSource, project } from '../run/project.ts';
import { flowFile, testApp } from './test-app.ts';

const ALARM = 'AWS::CloudWatch::Alarm';

const CALLS = Array.from({ length: 12 }, (_, at) => `do-${at}`);

const home = project({
  ...Object.fromEntries(CALLS.map((name) => [`lambdas/part/${name}.ts`, componentSource('return 1;')])),
  'workflows/timed.yaml': `
steps: [{ id: a, component: /part/do-0, input: {} }]
test:
  cases:
    - { name: one, output: { performance_metrics: { execution_time_ms: { $less_than: 750 } } } }
    - { name: two, output: { performance_metrics: { execution_time_ms: { $less_than: 250 } } } }
`,
  'workflows/many.yaml': `steps:\n${CALLS.map((name) => `  - { id: ${name}, component: /part/${name}, input: {} }`).join('\n')}\n`,
});

interface Synthesised {
  readonly template: Template;
  readonly workflow: Workflow;
  readonly stack: Stack;
}

function synthesise(flow: string, options: (stack: Stack) => AlarmOptions | undefined): Synthesised {
  const stack = new Stack(testApp(), 'Stack');
  const alarms = options(stack);
  const workflow = new Workflow(stack, 'Flow', { flow, ...(alarms && { alarms }) });
  return { template: Template.fromStack(stack), workflow, stack };
}

const alarmsIn = (template: Template) =>
  Object.values(template.findResources(ALARM)).map(({ Properties }) => Properties);

describe('the alarms of a workflow', () => {
  const { template, workflow } = synthesise(flowFile('greet'), (stack) => ({
    failureRate: 2,
    p99: Duration.seconds(3),
    throttles: 4,
    topic: new sns.Topic(stack, 'Topic'),
  }));

  it('go off at the bounds that are given, and tell the topic then and when all is well again', () => {
    const topic = [{ Ref: Match.stringLikeRegexp('^Topic') }];
    for (const threshold of [2, 3000, 4])
      template.hasResourceProperties(ALARM, {
        Threshold: threshold,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'notBreaching',
        AlarmActions: topic,
        OKActions: topic,
      });
    template.resourceCountIs(ALARM, 3);
  });

  it('divide what failed and timed out by what ended', () => {
    const ofState = (name: string) =>
      Match.objectLike({
        Id: name === 'TimedOut' ? 'timedOut' : name.toLowerCase(),
        MetricStat: Match.objectLike({
          Metric: {
            Namespace: 'AWS/States',
            MetricName: `Executions${name}`,
            Dimensions: [{ Name: 'StateMachineArn', Value: { Ref: Match.stringLikeRegexp('^FlowStateMachine') } }],
          },
          Period: 300,
          Stat: 'Sum',
        }),
      });
    template.hasResourceProperties(ALARM, {
      Metrics: Match.arrayWith([
        Match.objectLike({
          Expression:
            '100 * (FILL(failed, 0) + FILL(timedOut, 0)) / ((FILL(failed, 0) + FILL(timedOut, 0)) + FILL(succeeded, 0))',
        }),
        ofState('Failed'),
        ofState('TimedOut'),
        ofState('Succeeded'),
      ]),
    });
  });

  it('watch the 99th percentile of the time of executions', () => {
    template.hasResourceProperties(ALARM, { MetricName: 'ExecutionTime', ExtendedStatistic: 'p99', Period: 300 });
  });

  it('watch the throttles of the execution and of each function', () => {
    const throttles = alarmsIn(template).find(({ Threshold }) => Threshold === 4);
    const names = throttles?.Metrics.flatMap((each: { MetricStat?: { Metric: { MetricName: string } } }) =>
      each.MetricStat ? [each.MetricStat.Metric.MetricName] : [],
    );
    expect(names).toEqual(['ExecutionThrottled', ...[...workflow.functions].map(() => 'Throttles')]);
  });

  it('are those of the construct, to roll a deployment back', () => {
    expect(workflow.alarms.map((each) => each instanceof cloudwatch.Alarm)).toEqual([true, true, true]);
  });

  it('are as many as stacks are planned for', () => {
    for (const flow of ['timed', 'many']) {
      const { workflow: counted } = synthesise(`${home}/workflows/${flow}.yaml`, () => ({}));
      expect(counted.alarms).toHaveLength(alarmCount(counted.alarmBounds, counted.functions.size));
    }
  });
});

describe('without options', () => {
  it('a workflow has no alarms', () => {
    synthesise(flowFile('greet'), () => undefined).template.resourceCountIs(ALARM, 0);
  });

  it('the bounds are usual ones, and no time of executions is too long', () => {
    const { workflow } = synthesise(flowFile('greet'), () => ({}));
    expect(workflow.alarmBounds).toEqual({ failureRate: 5, throttles: 0, deadLetters: 0 });
    expect(workflow.alarms).toHaveLength(2);
  });

  it('executions may take as long as the longest test case of the flow', () => {
    const { template, workflow } = synthesise(`${home}/workflows/timed.yaml`, () => ({}));
    expect(workflow.alarmBounds.p99).toBe(750);
    template.hasResourceProperties(ALARM, { MetricName: 'ExecutionTime', Threshold: 750 });
  });

  it('and with false for each there is none', () => {
    const none: AlarmOptions = { failureRate: false, p99: false, throttles: false };
    synthesise(`${home}/workflows/timed.yaml`, () => none).template.resourceCountIs(ALARM, 0);
  });

  it('an Express flow has the same alarms', () => {
    const { workflow, template } = synthesise(flowFile('quick'), () => ({ p99: Duration.seconds(1) }));
    expect(workflow.compiled.type).toBe('EXPRESS');
    template.resourceCountIs(ALARM, 3);
  });
});

describe('the throttles of a flow with many functions', () => {
  it('are watched by several alarms, none of which reads more metrics than CloudWatch allows', () => {
    const { template } = synthesise(`${home}/workflows/many.yaml`, () => ({ failureRate: false }));
    const read = alarmsIn(template).map(({ Metrics }) => Metrics.filter((each: object) => 'MetricStat' in each).length);
    expect(read.sort((a, b) => b - a)).toEqual([10, 3]);
  });

  it('are those of the execution alone where there are too many', () => {
    expect(alarmCount({ throttles: 0 }, 49)).toBe(5);
    expect(alarmCount({ throttles: 0 }, 50)).toBe(1);
  });
});

describe('nested stacks of alarms', () => {
  it('have all alarms, which read what they watch in parameters', () => {
    const stack = new Stack(testApp(), 'Stack');
    new AlarmStacks(stack);
    const flow = `${home}/workflows/timed.yaml`;
    const workflow = new Workflow(stack, 'Flow', {
      flow,
      alarms: {},
      deployment: { type: 'canary', percentage: 10, interval: Duration.minutes(5) },
    });
    workflow.rollBackOn(...workflow.alarms);
    const own = Template.fromStack(stack);
    own.resourceCountIs(ALARM, 0);
    own.resourceCountIs('AWS::CloudFormation::Stack', 1);
    const [first] = workflow.alarms;
    const nested = Template.fromStack(Stack.of(first ?? stack));
    nested.resourceCountIs(ALARM, 3);
    expect(Object.keys(nested.toJSON().Parameters).length).toBe(2);
  });

  it('are those next to full ones where there is no room', () => {
    const stacks = new AlarmStacks(new Stack(testApp(), 'Stack'));
    const chosen = Array.from({ length: 40 }, (_, at) => stacks.stackFor(`flow-${at}`, 50));
    const most = Math.max(...chosen.map((each) => chosen.filter((other) => other === each).length));
    expect(most).toBe(3);
  });
});

describe('options that no alarm can have are refused', () => {
  const refused = (alarms: unknown) => () => synthesise(flowFile('greet'), () => alarms as AlarmOptions);

  it.each([
    [{ failurerate: 3 }, '"alarms" has "failurerate", which is no option of alarms; did you mean "failureRate"?'],
    [{ colour: 3 }, 'no option of alarms; give failureRate, p99, throttles, deadLetters, topic'],
    [{ failureRate: 100 }, 'alarms.failureRate is 100; give percent from 0 to less than 100'],
    [{ failureRate: -1 }, 'alarms.failureRate is -1;'],
    [{ failureRate: Number.NaN }, 'alarms.failureRate is NaN;'],
    [{ failureRate: '5' }, 'alarms.failureRate is a string ("5");'],
    [{ throttles: -1 }, 'alarms.throttles is -1; give a whole number of events, 0 or more'],
    [{ throttles: 1.5 }, 'alarms.throttles is 1.5;'],
    [{ p99: 30 }, 'alarms.p99 is 30; give a duration of the CDK, such as Duration.seconds(30), or false'],
    [{ p99: Duration.seconds(0) }, 'alarms.p99 is 0; give a duration of more than 0 ms'],
    [{ topic: 'arn:aws:sns:eu-central-1:1:t' }, 'alarms.topic is a string ('],
    [true, '"alarms" is a boolean (true); give a map, such as { failureRate: 5 }'],
    [[], '"alarms" is a list of 0; give a map'],
  ])('%j', (alarms, message) => {
    expect(refused(alarms)).toThrow(WorkflowError);
    expect(refused(alarms)).toThrow(`[Stack/Flow] `);
    expect(refused(alarms)).toThrow(message);
  });
});
