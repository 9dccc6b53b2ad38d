import { Duration, NestedStack, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlobStore, ComponentFunction, type Workflow, type WorkflowProps } from '../../lib/aws/index.ts';
import { runs, SEED } from '../chance.ts';
import { project } from '../run/project.ts';
import { idsOf, type Sources, type State, synthesise as synthesiseState } from './changed-app.ts';
import { permissionsOf } from './permissions.ts';
import { testApp } from './test-app.ts';

const VERSION = 'AWS::Lambda::Version';
const FUNCTION = 'AWS::Lambda::Function';
const COMPONENTS: Sources = { load: 'a', rate: 'b', save: 'c' };
const synthesise = (state: Partial<State> = {}): Template => synthesiseState({ components: COMPONENTS, ...state });
const before = synthesise();

/** The logical ids of what a deployment publishes for a component. */
const versionsOf = (template: Template, name: string) => idsOf(template, VERSION, new RegExp(`ComponentsMy${name}`));

describe('the versions of functions', () => {
  it('are what the definition names', () => {
    const [machine] = Object.values(before.findResources('AWS::StepFunctions::StateMachine'));
    const text = JSON.stringify(machine?.Properties.DefinitionString);
    for (const id of idsOf(before, VERSION)) expect(text).toContain(JSON.stringify({ Ref: id }));
    for (const id of idsOf(before, FUNCTION)) expect(text).not.toContain(`"${id}"`);
  });

  it('are the same where nothing changed', () => {
    expect(synthesise({ elsewhere: true }).toJSON()).toEqual(before.toJSON());
  });

  it.each([
    ['code', synthesise({ components: { ...COMPONENTS, rate: 'other' } })],
    ['memory', synthesise({ components: { ...COMPONENTS, rate: { returns: 'b', options: 'memorySize: 1024' } } })],
    [
      'environment',
      synthesise({ change: ({ functions }) => functions.get('/my/rate')?.function.addEnvironment('LEVEL', 'debug') }),
    ],
    [
      'permissions',
      synthesise({
        change: ({ functions }) =>
          functions
            .get('/my/rate')
            ?.function.addToRolePolicy(
              new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: ['arn:aws:s3:::a'] }),
            ),
      }),
    ],
  ])('are published anew for the function whose %s changed, and for no other', (_, after) => {
    expect(versionsOf(after, 'Rate')).not.toEqual(versionsOf(before, 'Rate'));
    for (const name of ['Load', 'Save']) expect(versionsOf(after, name)).toEqual(versionsOf(before, name));
    expect(idsOf(after, FUNCTION)).toEqual(idsOf(before, FUNCTION));
  });

  it('are not published anew for what versions share: Lambda would refuse to', () => {
    const after = synthesise({
      change: (workflow) => {
        Tags.of(workflow.node.scope ?? workflow).add('team', 'insights');
        const resource = workflow.functions.get('/my/rate')?.function.node.defaultChild;
        if (lambda.CfnFunction.isCfnFunction(resource)) resource.reservedConcurrentExecutions = 5;
      },
    });
    expect(idsOf(after, VERSION)).toEqual(idsOf(before, VERSION));
  });

  it('of unchanged functions stay, whichever functions change, come and go', () => {
    const drawn = fc.dictionary(fc.constantFrom('One', 'Two', 'Three', 'Four'), fc.record({ code, memorySize }));
    fc.assert(
      fc.property(drawn, drawn, (first, second) => {
        const [one, two] = [functionsOf(first), functionsOf(second)];
        for (const name of Object.keys(first).filter((each) => each in second)) {
          const isOf = new RegExp(`^${name}Function`);
          const isSame = idsOf(one, VERSION, isOf).join() === idsOf(two, VERSION, isOf).join();
          expect(isSame).toBe(JSON.stringify(first[name]) === JSON.stringify(second[name]));
        }
      }),
      { numRuns: runs(20), seed: SEED },
    );
  });
});

describe('a function that calls others itself', () => {
  const callerOf = (text: string, nested: boolean): readonly string[] => {
    const stack = new Stack(testApp(), 'Stack');
    const blobs = new BlobStore(stack, 'Blobs');
    const bundle = (source: string) => project({ 'index.mjs': `export const handler = async () => ${source};` });
    const called = new ComponentFunction(nested ? new NestedStack(stack, 'Nested') : stack, 'Called', {
      component: '/my/called',
      bundle: bundle(text),
      blobs,
    });
    const calls = new Map([['/my/called', called]]);
    new ComponentFunction(stack, 'Caller', { component: '/builtin/eval', bundle: bundle('0'), blobs, calls });
    return idsOf(Template.fromStack(stack), VERSION, /^Caller/);
  };

  it.each([false, true])('is published anew where one of them is, be it in a nested stack: %s', (nested) => {
    expect(callerOf('1', nested)).toHaveLength(1);
    expect(callerOf('2', nested)).not.toEqual(callerOf('1', nested));
    expect(callerOf('1', nested)).toEqual(callerOf('1', nested));
  });
});

const code = fc.constantFrom('1', '2');
const memorySize = fc.constantFrom(512, 1024);

/** The template of functions with this code and memory. */
function functionsOf(functions: { readonly [name: string]: { readonly code: string; readonly memorySize: number } }) {
  const stack = new Stack(testApp(), 'Stack');
  const blobs = new BlobStore(stack, 'Blobs');
  for (const [name, { code: text, memorySize: size }] of Object.entries(functions)) {
    const bundle = project({ 'index.mjs': `export const handler = async () => ${text};` });
    new ComponentFunction(stack, name, { component: `/my/${name}`, bundle, blobs, memorySize: size });
  }
  return Template.fromStack(stack);
}

describe('what a deployment no longer has', () => {
  it.each([VERSION, FUNCTION, 'AWS::IAM::Role', 'AWS::StepFunctions::StateMachineVersion'])(
    'stays, if it is an %s, and goes with a deployment that fails',
    (type) => {
      const all = Object.values(before.findResources(type));
      expect(all).not.toEqual([]);
      for (const each of all)
        expect(each).toMatchObject({ UpdateReplacePolicy: 'Retain', DeletionPolicy: 'RetainExceptOnCreate' });
    },
  );

  it('goes, if that is wanted', () => {
    const template = synthesise({ props: { removalPolicy: RemovalPolicy.DESTROY } });
    for (const type of [VERSION, FUNCTION, 'AWS::IAM::Role', 'AWS::StepFunctions::StateMachineVersion'])
      template.allResources(type, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  });
});

describe('the roles', () => {
  const ROLE = /^FlowRole/;

  it('of executions that run keep their permissions, when the flow calls a component no more', () => {
    const after = synthesise({ calls: ['load', 'save'] });
    const [was, is] = [idsOf(before, 'AWS::IAM::Role', ROLE), idsOf(after, 'AWS::IAM::Role', ROLE)];
    expect([was.length, is.length]).toEqual([1, 1]);
    // Another resource, so that the one with more permissions is left as it is.
    expect(is).not.toEqual(was);
  });

  it('are the same as long as their permissions are', () => {
    const after = synthesise({ components: { ...COMPONENTS, rate: 'other' } });
    expect(idsOf(after, 'AWS::IAM::Role')).toEqual(idsOf(before, 'AWS::IAM::Role'));
  });

  it('may call every version of the functions', () => {
    expect(permissionsOf(before, 'FlowRole')).toContainEqual({
      Effect: 'Allow',
      Action: 'lambda:InvokeFunction',
      Resource: idsOf(before, FUNCTION).map((id) => ({ 'Fn::Join': ['', [{ 'Fn::GetAtt': [id, 'Arn'] }, ':*']] })),
    });
  });
});

describe('the alias live', () => {
  const ALIAS = 'AWS::StepFunctions::StateMachineAlias';
  const deploy = (deployment: NonNullable<WorkflowProps['deployment']>) => synthesise({ props: { deployment } });

  it('points to a version that is published where the state machine has another revision', () => {
    const [version = ''] = idsOf(before, 'AWS::StepFunctions::StateMachineVersion');
    const [machine = ''] = idsOf(before, 'AWS::StepFunctions::StateMachine');
    before.hasResourceProperties('AWS::StepFunctions::StateMachineVersion', {
      StateMachineArn: { Ref: machine },
      StateMachineRevisionId: { 'Fn::GetAtt': [machine, 'StateMachineRevisionId'] },
    });
    before.hasResourceProperties(ALIAS, {
      Name: 'live',
      DeploymentPreference: { Type: 'ALL_AT_ONCE', StateMachineVersionArn: { Ref: version } },
    });
  });

  it('is moved gradually, and back when an alarm goes off', () => {
    const alarms = [{ alarmName: 'FlowFails' }];
    deploy({ type: 'canary', percentage: 10, interval: Duration.hours(1), alarms }).hasResourceProperties(ALIAS, {
      DeploymentPreference: { Type: 'CANARY', Percentage: 10, Interval: 60, Alarms: ['FlowFails'] },
    });
    deploy({ type: 'linear', percentage: 25, interval: Duration.minutes(5) }).hasResourceProperties(ALIAS, {
      DeploymentPreference: { Type: 'LINEAR', Percentage: 25, Interval: 5, Alarms: Match.absent() },
    });
  });

  it.each([
    [
      { type: 'linear', percentage: 0, interval: Duration.minutes(1) },
      'deployment.percentage is 0; give a whole number from 1 to 99',
    ],
    [
      { type: 'canary', percentage: 100, interval: Duration.minutes(1) },
      'leave deployment out to move all executions at once',
    ],
    [
      { type: 'canary', percentage: 10, interval: Duration.seconds(90) },
      'deployment.interval is 90 s; give whole minutes, such as Duration.minutes(2)',
    ],
    [{ type: 'canary', percentage: 10, interval: Duration.seconds(0) }, 'such as Duration.minutes(1)'],
    [
      { type: 'linear', percentage: 1, interval: Duration.minutes(30) },
      'deployment takes 3000 minutes (100 × 30), and CloudFormation allows 2100',
    ],
  ] as const)('refuses %j', (deployment, message) => {
    expect(() => deploy(deployment)).toThrow(message);
  });

  it('is moved back by alarms of the flow itself, if it is moved gradually', () => {
    const watch = (workflow: Workflow, stack: Stack): void =>
      workflow.rollBackOn(workflow.metricFailed().createAlarm(stack, 'Fails', { threshold: 1, evaluationPeriods: 1 }));
    const deployment = { type: 'canary', percentage: 10, interval: Duration.minutes(1) } as const;
    synthesise({ props: { deployment }, change: watch }).hasResourceProperties(ALIAS, {
      DeploymentPreference: { Alarms: [{ Ref: Match.stringLikeRegexp('^Fails') }] },
    });
    expect(() => synthesise({ change: watch })).toThrow(
      'because the alias is moved at once; give the Workflow deployment',
    );
  });

  it('is another one for a state machine of another type', () => {
    const express = synthesise({ express: true });
    expect(idsOf(express, ALIAS)).not.toEqual(idsOf(before, ALIAS));
  });
});
