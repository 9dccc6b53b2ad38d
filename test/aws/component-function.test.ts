import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlobStore } from '../../lib/aws/blob-store.ts';
import { ComponentFunction, type ComponentFunctionProps } from '../../lib/aws/component-function.ts';
import { permissionsOf } from './permissions.ts';
import { testApp } from './test-app.ts';

let bundle: string;

beforeAll(() => {
  bundle = mkdtempSync(join(tmpdir(), 'stepflow-bundle-'));
  writeFileSync(join(bundle, 'index.mjs'), 'export const handler = async () => ({});');
});

afterAll(() => rmSync(bundle, { recursive: true }));

function synthesise(props: Partial<ComponentFunctionProps> = {}, context: object = {}): Template {
  const stack = new Stack(testApp(), 'Stack');
  for (const [key, value] of Object.entries(context)) stack.node.setContext(key, value);
  const blobs = new BlobStore(stack, 'Blobs');
  new ComponentFunction(stack, 'Load', { component: '/user/load', bundle, blobs, ...props });
  return Template.fromStack(stack);
}

describe('the function', () => {
  it('runs the bundle on the newest Node, on arm64, traced, with source maps', () => {
    synthesise().hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      TracingConfig: { Mode: 'Active' },
      Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps' } },
      Description: 'Component /user/load',
    });
  });

  it.each([
    ['10.0.0.7 a.internal', '10.0.0.7 a.internal'],
    [['10.0.0.7', 'a.internal'], '10.0.0.7 a.internal'],
    [undefined, Match.absent()],
  ])('may ask the hosts at private addresses that the context names (%j)', (given, known) => {
    synthesise({}, given === undefined ? {} : { 'stepflow:private-hosts': given }).hasResourceProperties(
      'AWS::Lambda::Function',
      { Environment: { Variables: { STEPFLOW_PRIVATE_HOSTS: known } } },
    );
  });

  it('is refused where the context names no hosts', () => {
    expect(() => synthesise({}, { 'stepflow:private-hosts': 5 })).toThrow('The context "stepflow:private-hosts" is 5');
  });

  it('knows where blobs are', () => {
    const location = { 'Fn::Join': ['', ['s3://', { Ref: 'BlobsBucket1038ED5D' }, '/blobs']] };
    synthesise().hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { STEPFLOW_BLOBS: location } },
    });
  });

  it('may use of the store what its component declares, and blobs', () => {
    const resourcesOf = (props: Partial<ComponentFunctionProps>): string =>
      JSON.stringify(permissionsOf(synthesise(props)));
    expect(resourcesOf({})).toContain('/blobs/values/*');
    expect(resourcesOf({})).not.toMatch(/cache|map-/);
    expect(resourcesOf({ uses: ['cache'] })).toContain('/blobs/cache/*');
    expect(resourcesOf({ uses: ['cache'] })).not.toContain('map-');
  });

  it('has room and time by default', () => {
    synthesise().hasResourceProperties('AWS::Lambda::Function', { MemorySize: 512, Timeout: 70 });
  });

  it('has the memory of its component, and a little more than its time', () => {
    const template = synthesise({ memorySize: 2048, timeout: 20, description: 'Loads a user' });
    template.hasResourceProperties('AWS::Lambda::Function', {
      MemorySize: 2048,
      Timeout: 30,
      Description: 'Loads a user',
    });
  });

  it('has the concurrency that its component reserves, and reserves none by default', () => {
    const reserved = (props: Partial<ComponentFunctionProps>, ReservedConcurrentExecutions: unknown): void =>
      synthesise(props).hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions });
    reserved({ reservedConcurrency: 5 }, 5);
    reserved({}, Match.absent());
  });

  it('never has more time than Lambda gives', () => {
    synthesise({ timeout: 900 }).hasResourceProperties('AWS::Lambda::Function', { Timeout: 900 });
  });
});

describe('its log', () => {
  it('is the group of the functions of the stack, kept for a month, that stays as long as a version that writes to it', () => {
    const template = synthesise();
    const [logGroup] = Object.keys(template.findResources('AWS::Logs::LogGroup'));
    template.hasResource('AWS::Logs::LogGroup', {
      Properties: { RetentionInDays: 30 },
      DeletionPolicy: 'RetainExceptOnCreate',
    });
    template.hasResourceProperties('AWS::Lambda::Function', { LoggingConfig: { LogGroup: { Ref: logGroup } } });
  });

  it('is kept as long as said', () => {
    synthesise({ log: { retention: RetentionDays.ONE_YEAR } }).hasResourceProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 365,
    });
  });
});

describe('its role', () => {
  it('may write its own log, send traces, and read and write blobs', () => {
    expect(permissionsOf(synthesise()).map(({ Action }) => Action)).toEqual([
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
      ['s3:GetObject', 's3:PutObject'],
      's3:ListBucket',
    ]);
  });

  it('has no policy that AWS manages', () => {
    const roles = Object.values(synthesise().findResources('AWS::IAM::Role'));
    expect(roles.map(({ Properties }) => Properties.ManagedPolicyArns)).toEqual([undefined]);
  });
});
