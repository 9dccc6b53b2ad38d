import { join } from 'node:path';
import validateDefinition from 'asl-validator';
import { Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StepflowStack, Workflow } from '../../lib/aws/index.ts';
import { ofStarts } from '../../lib/aws/stack-size.ts';
import { alarmCount } from '../../lib/aws/workflow-alarms.ts';
import { runs } from '../chance.ts';
import { project } from '../run/project.ts';
import { permissionsOf } from './permissions.ts';
import { testApp } from './test-app.ts';

const home = project({
  'workflows/orders.yaml': `
metadata:
  aws:
    triggers:
      - { schedule: cron(0 9 ? * MON-FRI *), timezone: Europe/Berlin, name: mornings }
      - { s3: { bucket: orders-inbox, prefix: in/ }, input: { key: { $input: detail.object.key } } }
      - { event: { source: my.shop, bus: shop }, enabled: false }
      - { queue: jobs, batchSize: 5, filter: { body: { kind: [order] } } }
    onFailure: [{ topic: "arn:aws:sns:eu-central-1:123456789012:alerts" }, { bus: alerts }]
output: { $input: $ }
`,
  'express/quick.yaml': 'metadata: { aws: { type: EXPRESS, triggers: [{ schedule: rate(1 hour) }] } }\noutput: 1',
});
const orders = join(home, 'workflows/orders.yaml');

interface Conditions {
  readonly StringEquals?: { readonly [key: string]: unknown };
  readonly ArnLike?: { readonly [key: string]: unknown };
}

const isOfKey = (action: string): boolean => action.startsWith('kms:');

/** An ARN without its partition, region and account. */
const textOf = (arn: unknown): string =>
  [...JSON.stringify(arn).matchAll(/"([^"]*)"/g)]
    .flatMap(([, text = '']) => (/^:./.test(text) ? text.replace(/^:|:$/g, '') : []))
    .join(':');

const MACHINE = 'AWS::StepFunctions::StateMachine';

describe('the triggers of a workflow', () => {
  const app = testApp();
  const nag = new AwsSolutionsChecks(app);
  Validations.of(app).addPlugins(nag);
  const stack = new StepflowStack(app, 'StepflowStack', { workflows: join(home, 'workflows') });
  const template = Template.fromStack(stack);

  it('are what EventBridge, Scheduler and Pipes take, and go to an Express state machine each', () => {
    const letters = { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetters'), 'Arn'] } };
    const retry = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 9 ? * MON-FRI *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: Match.objectLike({ DeadLetterConfig: letters, RetryPolicy: retry }),
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: ['orders-inbox'] }, object: { key: [{ prefix: 'in/' }] } },
      },
      State: 'ENABLED',
      Targets: [Match.objectLike({ DeadLetterConfig: letters, RetryPolicy: retry })],
    });
    template.hasResourceProperties('AWS::Events::Rule', { EventBusName: 'shop', State: 'DISABLED' });
    template.hasResourceProperties('AWS::Pipes::Pipe', {
      SourceParameters: {
        SqsQueueParameters: { BatchSize: 5 },
        FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["order"]}}' }] },
      },
      TargetParameters: { StepFunctionStateMachineParameters: { InvocationType: 'REQUEST_RESPONSE' } },
      DesiredState: 'RUNNING',
    });
    const machines = Object.values(template.findResources(MACHINE)).map(({ Properties }) => Properties);
    expect(machines.map(({ StateMachineType }) => StateMachineType).sort()).toEqual([
      ...Array(4).fill('EXPRESS'),
      'STANDARD',
    ]);
  });

  it('start the flow by its live alias, with definitions that are valid', () => {
    const workflow = stack.workflows[0];
    for (const { stateMachine } of workflow?.compiled.triggers ?? [])
      expect(validateDefinition(JSON.parse(JSON.stringify(stateMachine)))).toMatchObject({ isValid: true });
    const starting = Object.values(template.findResources(MACHINE)).filter((one) =>
      JSON.stringify(one).includes('states:startExecution'),
    );
    expect(starting).toHaveLength(4);
    for (const one of starting) expect(JSON.stringify(one.Properties.DefinitionString)).toMatch(/"Ref":"OrdersLive/);
  });

  it('may do nothing but that', () => {
    const allowed = permissionsOf(template, 'Trigger').filter(({ Resource }) => Resource !== '*');
    expect([...new Set(allowed.flatMap(({ Action }) => Action))].sort()).toEqual([
      'kms:Decrypt',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
      'sqs:SendMessage',
      'states:StartExecution',
      'states:StartSyncExecution',
    ]);
  });

  it('may do it for their own rule, pipe, group of schedules or state machine only', () => {
    const roles = Object.entries(template.findResources('AWS::IAM::Role')).filter(([id]) => id.includes('Trigger'));
    const sources = roles.flatMap(([, { Properties }]) =>
      Properties.AssumeRolePolicyDocument.Statement.map(
        ({ Condition, Principal }: { Condition: Conditions; Principal: { Service: string } }) => {
          expect(Condition.StringEquals).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
          const arns = [Condition.ArnLike?.['aws:SourceArn']].flat();
          return `${Principal.Service} ${textOf(arns[0])}`;
        },
      ),
    );
    const nameOf = (type: string) =>
      Object.values(template.findResources(type)).flatMap(({ Properties: { Name, EventBusName } }) =>
        Name === undefined ? [] : [EventBusName === undefined ? Name : `${EventBusName}/${Name}`],
      );
    const machines = Object.values(template.findResources(MACHINE)).filter(
      ({ Properties }) => Properties.StateMachineType === 'EXPRESS',
    );
    expect(sources.sort()).toEqual(
      [
        ...nameOf('AWS::Events::Rule').map((name) => `events.amazonaws.com events:rule/${name}`),
        ...nameOf('AWS::Pipes::Pipe').map((name) => `pipes.amazonaws.com pipes:pipe/${name}`),
        'scheduler.amazonaws.com scheduler:schedule-group/default',
        ...machines.map(({ Properties }) => `states.amazonaws.com states:stateMachine:${Properties.StateMachineName}`),
      ].sort(),
    );
  });

  it('keep what started nothing in an encrypted queue, which an alarm watches', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 1_209_600,
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 0,
    });
  });

  it('tell the targets of the flow of executions that failed or took too long', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT'], stateMachineArn: [Match.anyValue()] },
      },
      Targets: [
        Match.objectLike({ Arn: 'arn:aws:sns:eu-central-1:123456789012:alerts' }),
        Match.objectLike({ RoleArn: Match.anyValue() }),
      ],
    });
  });

  it('count among the resources and alarms of the stack', () => {
    const [workflow] = stack.workflows;
    const ids = Object.keys(template.toJSON().Resources);
    const theirs = ids.filter((id) => /^Orders(?:Trigger|DeadLetters(?!Alarm)|OnFailure)/.test(id));
    // A topic has a policy of its own: only a bus has a role.
    expect(workflow && ofStarts(workflow.compiled)).toBe(theirs.length + 2);
    expect(workflow?.alarms).toHaveLength(alarmCount(workflow?.alarmBounds ?? {}, 0, true));
  });

  it('pass the checks of cdk-nag', () => {
    expect(() => app.synth()).not.toThrow();
  });
});

describe('a workflow', () => {
  it('tells any target how its executions end, and has its triggers switched off where that is asked for', () => {
    const stack = new Stack(testApp(), 'Stack');
    const encryptionKey = new kms.Key(stack, 'Key');
    const workflow = new Workflow(stack, 'Orders', { flow: orders, triggers: false, encryptionKey });
    workflow.onSuccess('Told', new targets.SnsTopic(new sns.Topic(stack, 'Topic')));
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({ detail: Match.objectLike({ status: ['SUCCEEDED'] }) }),
      Targets: [Match.objectLike({ Arn: { Ref: Match.stringLikeRegexp('^Topic') } })],
    });
    template.hasResourceProperties('AWS::Scheduler::Schedule', { State: 'DISABLED', KmsKeyArn: Match.anyValue() });
    template.hasResourceProperties('AWS::Pipes::Pipe', { DesiredState: 'STOPPED' });
    template.hasResourceProperties('AWS::SQS::Queue', { KmsMasterKeyId: Match.anyValue() });
  });

  it('with a key lets its triggers use that for what is theirs: their state machine, their messages, their schedule', () => {
    const app = testApp();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const encryptionKey = new kms.Key(new Stack(app, 'Keys'), 'Key', { enableKeyRotation: true });
    const stack = new StepflowStack(app, 'StepflowStack', { workflows: join(home, 'workflows'), encryptionKey });
    expect(() => app.synth()).not.toThrow();
    const template = Template.fromStack(stack);
    for (const [role, contexts] of [
      // The messages of its queue have a key that only the queue knows.
      ['TriggerQueueSource', ['aws:sqs:arn', 'aws:states:stateMachineArn']],
      ['TriggerQueueRole', ['SourceArn', 'aws:states:stateMachineArn', 'aws:states:stateMachineArn']],
      ['TriggerS3Source', ['aws:states:stateMachineArn']],
      ['TriggerS3Role', ['SourceArn', 'aws:sqs:arn', 'aws:states:stateMachineArn', 'aws:states:stateMachineArn']],
      ['TriggerMorningsSource', ['aws:scheduler:schedule:arn', 'aws:sqs:arn', 'aws:states:stateMachineArn']],
    ] as const) {
      const uses = permissionsOf(template, role).filter(({ Action }) => [Action].flat().every(isOfKey));
      const found = uses.flatMap(({ Condition }) => Object.values(Condition ?? {}).flatMap(Object.keys)).sort();
      expect([role, found]).toEqual([role, contexts.map((each) => `kms:EncryptionContext:${each}`)]);
    }
  });

  it('has buckets, queues and buses of the app for the names in its flow, and refuses names that it has not', () => {
    const stack = new Stack(testApp(), 'Stack');
    const triggers = {
      buckets: { 'orders-inbox': new s3.Bucket(stack, 'Inbox') },
      queues: { jobs: new sqs.Queue(stack, 'Jobs') },
      buses: { shop: new events.EventBus(stack, 'Shop') },
    };
    new Workflow(stack, 'Orders', { flow: orders, triggers });
    const template = Template.fromStack(stack);
    const ref = (start: string) => ({ Ref: Match.stringLikeRegexp(`^${start}`) });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { bucket: { name: [ref('Inbox')] }, object: { key: [{ prefix: 'in/' }] } } },
    });
    template.hasResourceProperties('Custom::S3BucketNotifications', {
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    });
    template.hasResourceProperties('AWS::Events::Rule', { EventBusName: ref('Shop') });
    template.hasResourceProperties('AWS::Pipes::Pipe', {
      Source: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Jobs'), 'Arn'] },
      Name: Match.absent(),
    });
    const misspelt = { queues: { job: triggers.queues.jobs } };
    expect(() => new Workflow(stack, 'Misspelt', { flow: orders, triggers: misspelt })).toThrow(
      '"triggers" has queues for "job", which no trigger names; did you mean "jobs"?',
    );
  });

  it('of the Express type starts by triggers, and refuses rules that would tell nothing', () => {
    const stack = new Stack(testApp(), 'Stack');
    const workflow = new Workflow(stack, 'Quick', { flow: join(home, 'express/quick.yaml') });
    Template.fromStack(stack).resourceCountIs('AWS::Scheduler::Schedule', 1);
    expect(() => workflow.completionRule('Rule', { status: ['FAILED'] })).toThrow(
      'sends no events about executions of Express',
    );
  });
});

/** Names, patterns and inputs that a flow may have, and what they are deployed as is held to. */
const names = fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/), { minLength: 4, maxLength: 4 });
const times = fc.constantFrom('rate(1 minute)', 'rate(7 days)', 'cron(0 9 ? * 6L *)', 'at(2199-12-31T23:59:59)');
const text = fc.string({ maxLength: 40 });
const input = fc.oneof(
  text.map(($literal) => ({ $literal })),
  fc.constant({ key: { $input: 'detail.object.key' } }),
);
const drawn = fc
  .tuple(
    names,
    times,
    text,
    fc.integer({ min: 1, max: 10 }),
    fc.array(fc.string({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 3 }),
    input,
  )
  .map(([[a, b, c, d], schedule, prefix, batchSize, kinds, input]) => [
    { name: a, schedule, timezone: 'Asia/Kolkata' },
    { name: b, s3: { bucket: 'my.bucket-1', prefix, suffix: '*\\' }, input },
    { name: c, event: { source: kinds, detail: { kind: kinds.map((one) => ({ prefix: one })) }, bus: 'a/b.c_d-e' } },
    { name: d, queue: 'arn:aws:sqs:eu-central-1:123456789012:jobs.fifo', batchSize, filter: { body: { kind: kinds } } },
  ]);

it('random triggers are deployed as what the API references allow', () => {
  const property = fc.property(drawn, (triggers) => {
    const folder = project({ 'drawn.yaml': JSON.stringify({ metadata: { aws: { triggers } }, output: 1 }) });
    const stack = new Stack(testApp(), 'S'.repeat(120));
    new Workflow(stack, 'W'.repeat(80), { flow: join(folder, 'drawn.yaml') });
    // The classes of the resources check the types of their properties when a template is made.
    const all = Object.values(Template.fromStack(stack).toJSON().Resources as Resources);
    const of = (type: string) => all.flatMap(({ Type, Properties }) => (Type === type ? [Properties] : []));
    const [rules, schedules, pipes] = [of('AWS::Events::Rule'), of('AWS::Scheduler::Schedule'), of('AWS::Pipes::Pipe')];
    expect([rules.length, schedules.length, pipes.length]).toEqual([2, 1, 1]);
    for (const { Name } of [...rules, ...schedules, ...pipes]) expect(Name).toMatch(/^[0-9a-zA-Z_.-]{1,64}$/);
    const machines = of(MACHINE).map(({ StateMachineName }) => StateMachineName);
    for (const name of machines) expect(name).toMatch(/^[0-9a-zA-Z_-]{1,80}$/);
    expect(new Set(machines).size).toBe(5);
    for (const { EventPattern, Description } of rules) {
      expect(JSON.stringify(EventPattern).length).toBeLessThanOrEqual(4096);
      expect(leavesOf(EventPattern).every((leaf) => Array.isArray(leaf) && leaf.length > 0)).toBe(true);
      expect(Description.length).toBeLessThanOrEqual(512);
    }
    const [{ Pattern }] = pipes[0]?.SourceParameters.FilterCriteria.Filters ?? [{}];
    expect(JSON.parse(Pattern)).toEqual({ body: { kind: triggers[3] && Object(triggers[3]).filter.body.kind } });
    expect(schedules[0]?.ScheduleExpression.length).toBeLessThanOrEqual(256);
  });
  fc.assert(property, { numRuns: runs(8) });
}, 120_000);

interface Resources {
  // biome-ignore lint/suspicious/noExplicitAny: the properties of any resource.
  readonly [id: string]: { readonly Type: string; readonly Properties: any };
}

/** What is not a map in a pattern: a list of what may match. */
const leavesOf = (pattern: unknown): readonly unknown[] =>
  typeof pattern === 'object' && pattern !== null && !Array.isArray(pattern)
    ? Object.values(pattern).flatMap(leavesOf)
    : [pattern];
