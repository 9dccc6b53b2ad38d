import { Size, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { type FunctionOptions, type FunctionsOptions, Workflow, WorkflowError } from '../../lib/aws/index.ts';
import { permissionsOf } from './permissions.ts';
import { flowFile, testApp } from './test-app.ts';

const LOAD = '/people/load';
const FUNCTION = 'AWS::Lambda::Function';

/** A stack with a workflow of three components for each of these options. */
function synthesise(...options: ((stack: Stack) => FunctionsOptions)[]): Template {
  const stack = new Stack(testApp(), 'Stack');
  for (const [at, optionsIn] of options.entries())
    new Workflow(stack, `Flow${at}`, { flow: flowFile('greet'), functions: optionsIn(stack) });
  return Template.fromStack(stack);
}

const refused = (functions: FunctionsOptions) => () => synthesise(() => functions);

/** The properties of the functions whose logical ids contain a text. */
const functionsIn = (template: Template, part = '') =>
  Object.entries(template.findResources(FUNCTION))
    .filter(([id]) => id.includes(part))
    .map(([, { Properties }]) => Properties);

describe('the functions of a workflow', () => {
  const template = synthesise((stack) => ({
    defaults: {
      architecture: lambda.Architecture.X86_64,
      runtime: lambda.Runtime.NODEJS_22_X,
      ephemeralStorageSize: Size.gibibytes(2),
      environment: { STAGE: 'test', NODE_OPTIONS: '--no-warnings' },
      layers: [lambda.LayerVersion.fromLayerVersionArn(stack, 'Layer', 'arn:aws:lambda:us-east-1:1:layer:tools:1')],
      logLevel: 'warn',
      metrics: false,
      logRetention: RetentionDays.ONE_YEAR,
      permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'),
      tags: { team: 'people' },
    },
    components: { [LOAD]: { memorySize: 3008, timeout: 120, reservedConcurrency: 7, environment: { STAGE: 'other' } } },
  }));

  it('have the options that are given for all', () => {
    for (const each of functionsIn(template)) {
      expect(each).toMatchObject({
        Architectures: ['x86_64'],
        Runtime: 'nodejs22.x',
        EphemeralStorage: { Size: 2048 },
        Layers: ['arn:aws:lambda:us-east-1:1:layer:tools:1'],
        Environment: { Variables: { STEPFLOW_LOG_LEVEL: 'warn', STEPFLOW_FILES: 'files' } },
        Tags: expect.arrayContaining([{ Key: 'team', Value: 'people' }]),
      });
    }
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
  });

  it('keep their own options of Node beside those that are given', () => {
    const [greet] = functionsIn(template, 'LettersGreet');
    expect(greet.Environment.Variables.NODE_OPTIONS).toBe('--enable-source-maps --no-warnings');
  });

  it('have those of their component rather than those for all', () => {
    const [load] = functionsIn(template, 'PeopleLoad');
    expect(load).toMatchObject({ MemorySize: 3008, Timeout: 130, ReservedConcurrentExecutions: 7 });
    expect(load.Environment.Variables.STAGE).toBe('other');
    for (const other of functionsIn(template, 'Letters')) expect(other.ReservedConcurrentExecutions).toBeUndefined();
  });

  it('have roles within the boundary', () => {
    const roles = template.findResources('AWS::IAM::Role', { Properties: { PermissionsBoundary: Match.anyValue() } });
    expect(Object.keys(roles)).toHaveLength(3);
  });
});

describe('functions in a VPC', () => {
  const inVpc = (stack: Stack): FunctionOptions => ({
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['a', 'b'],
      privateSubnetIds: ['subnet-1', 'subnet-2'],
    }),
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
  });
  const template = synthesise((stack) => ({ components: { [LOAD]: inVpc(stack) } }));

  it('have its subnets and security groups, and may make network interfaces', () => {
    expect(functionsIn(template, 'PeopleLoad')).toMatchObject([
      { VpcConfig: { SubnetIds: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1'] } },
    ]);
    const actions = permissionsOf(template, 'PeopleLoad').flatMap(({ Action }) => Action);
    expect(actions).toContain('ec2:CreateNetworkInterface');
  });

  it('are those of the component alone', () => {
    for (const other of functionsIn(template, 'Letters')) expect(other.VpcConfig).toBeUndefined();
    const actions = permissionsOf(template, 'Letters').flatMap(({ Action }) => Action);
    expect(actions).not.toContain('ec2:CreateNetworkInterface');
  });
});

describe('workflows of a stack', () => {
  const large = { memorySize: 4096 };

  it('share the functions that have the same options in both', () => {
    const template = synthesise(
      () => ({ components: { [LOAD]: large } }),
      () => ({ components: { [LOAD]: large } }),
    );
    template.resourceCountIs(FUNCTION, 3);
  });

  it('have functions of their own where the options differ, and keep the names of the first', () => {
    const before = synthesise(() => ({}));
    const both = synthesise(
      () => ({}),
      () => ({ components: { [LOAD]: large } }),
    );
    const ids = Object.keys(both.findResources(FUNCTION));
    expect(ids).toHaveLength(4);
    expect(ids).toEqual(expect.arrayContaining(Object.keys(before.findResources(FUNCTION))));
  });

  it('keep the names of functions whose options change', () => {
    const ids = (options: FunctionOptions) =>
      Object.keys(synthesise(() => ({ defaults: options })).findResources(FUNCTION)).sort();
    expect(ids(large)).toEqual(ids({ environment: { STAGE: 'test' } }));
  });
});

describe('options that no function can have are refused', () => {
  it.each([
    [
      'a component that is not there',
      { components: { '/people/laod': {} } },
      /"\/people\/laod".*did you mean "\/people\/load"/,
    ],
    ['a variable of Lambda', { defaults: { environment: { AWS_REGION: 'x' } } }, /"AWS_REGION".*Lambda sets itself/],
    ['a variable of ours', { defaults: { environment: { STEPFLOW_BLOBS: 'x' } } }, /"STEPFLOW_BLOBS".*this package/],
    ['a name that is none', { defaults: { environment: { 'a-b': 'x' } } }, /"a-b".*start it with a letter/],
    [
      'too large an environment',
      { defaults: { environment: { LONG: 'x'.repeat(4000) } } },
      /Lambda allows 4096; shorten "LONG"/,
    ],
    [
      'memory that there is not',
      { components: { [LOAD]: { memorySize: 64 } } },
      /memorySize is 64; give .* 128 to 10,240/,
    ],
    ['more time than there is', { defaults: { timeout: 901 } }, /timeout is 901; give seconds/],
    ['another language', { defaults: { runtime: lambda.Runtime.PYTHON_3_13 } }, /python3.13.*NODEJS_24_X/],
    ['subnets of no VPC', { defaults: { vpcSubnets: { subnets: [] } } }, /without a vpc/],
  ] satisfies [string, FunctionsOptions, RegExp][])('%s', (_, functions, message) => {
    expect(refused(functions)).toThrow(WorkflowError);
    expect(refused(functions)).toThrow(message);
  });
});
