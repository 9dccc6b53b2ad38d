import { join } from 'node:path';
import { Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { BlobStore, StepflowStack, Workflow } from '../../lib/aws/index.ts';
import { permissionsOf, permissionsOfMachines, type Statement } from './permissions.ts';
import { flowFile, PROJECT, testApp } from './test-app.ts';

const KEY = 'arn:aws:kms:us-east-1:111122223333:key/k';

const ofKey = (statements: readonly Statement[]) =>
  statements.filter(({ Action }) => JSON.stringify(Action).includes('kms:')).map(({ Action }) => Action);

describe('a stack with a key of the customer', () => {
  const app = testApp();
  const keys = new Stack(app, 'Keys');
  const key = new kms.Key(keys, 'Key', { enableKeyRotation: true });
  const stack = new StepflowStack(app, 'Stack', { workflows: join(PROJECT, 'workflows'), encryptionKey: key });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const template = Template.fromStack(stack);
  const policy = JSON.stringify(Template.fromStack(keys).findResources('AWS::KMS::Key'));

  it('has its bucket, its logs and its state machines encrypted with it', () => {
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: Match.anyValue() });
    template.allResourcesProperties('AWS::StepFunctions::StateMachine', {
      EncryptionConfiguration: {
        Type: 'CUSTOMER_MANAGED_KMS_KEY',
        KmsKeyId: Match.anyValue(),
        KmsDataKeyReusePeriodSeconds: 300,
      },
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } },
        ],
      },
    });
  });

  it('lets the services that write logs use it, for logs of this account alone', () => {
    expect(policy).toContain('logs.');
    expect(policy).toContain('kms:EncryptionContext:aws:logs:arn');
    expect(policy).toContain('delivery.logs.amazonaws.com');
  });

  it('lets each role use it for what it encrypts and reads', () => {
    for (const part of ['PeopleLoad', 'LettersGreet'])
      expect(ofKey(permissionsOf(template, part))).toEqual([['kms:Decrypt', 'kms:GenerateDataKey']]);
    expect(ofKey(permissionsOfMachines(template))).toEqual(
      [1, 2].flatMap(() => [['kms:Decrypt', 'kms:GenerateDataKey'], 'kms:GenerateDataKey']),
    );
    expect(permissionsOfMachines(template)).toContainEqual(
      expect.objectContaining({
        Condition: { StringLike: { 'kms:EncryptionContext:aws:states:stateMachineArn': expect.anything() } },
      }),
    );
    expect(ofKey(permissionsOf(template, 'ApiRole')).length).toBeGreaterThan(0);
  });

  it('has no finding of cdk-nag', () => {
    expect(() => app.synth()).not.toThrow();
  });
});

describe('a stack without one', () => {
  it('uses no key', () => {
    const stack = new Stack(testApp(), 'Stack');
    new Workflow(stack, 'Flow', { flow: flowFile('greet') });
    const template = Template.fromStack(stack);
    expect(JSON.stringify(template.toJSON())).not.toContain('kms:');
    expect(ofKey(permissionsOfMachines(template))).toEqual([]);
  });
});

describe('a blob store in a bucket that exists', () => {
  const synthesise = (attributes: { encryptionKey?: kms.IKey } = {}) => {
    const stack = new Stack(testApp(), 'Stack');
    const key = kms.Key.fromKeyArn(stack, 'Key', KEY);
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'ours', ...attributes });
    const blobs = new BlobStore(stack, 'Blobs', {
      bucket,
      prefix: 'flows/prod',
      ...(attributes.encryptionKey ? {} : { encryptionKey: key }),
    });
    new Workflow(stack, 'Flow', { flow: flowFile('greet'), blobs });
    return Template.fromStack(stack);
  };

  it('makes no other, and keeps to its folder there', () => {
    const template = synthesise();
    template.resourceCountIs('AWS::S3::Bucket', 0);
    const objects = permissionsOf(template, 'PeopleLoad').filter(({ Action }) =>
      JSON.stringify(Action).includes('Object'),
    );
    for (const { Resource } of objects) expect(JSON.stringify(Resource)).toMatch(/:s3:::ours\/flows\/prod\//);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { STEPFLOW_BLOBS: 's3://ours/flows/prod' } },
    });
  });

  it('may use its key', () => {
    expect(permissionsOf(synthesise(), 'PeopleLoad')).toContainEqual({
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: KEY,
    });
  });
});

describe('a secret under a key', () => {
  it('can be decrypted by the function that reads it', () => {
    const stack = new Stack(testApp(), 'Stack');
    const encryptionKey = new kms.Key(stack, 'Key');
    const secrets = { api_key: new Secret(stack, 'Secret', { encryptionKey }) };
    new Workflow(stack, 'Flow', {
      flow: join(PROJECT, 'needs/ask.yaml'),
      secrets: { key: secrets.api_key, login: secrets.api_key },
    });
    const template = Template.fromStack(stack);
    const readers = Object.keys(template.findResources('AWS::IAM::Role')).filter((id) =>
      JSON.stringify(permissionsOf(template, id)).includes('secretsmanager:GetSecretValue'),
    );
    expect(readers.length).toBeGreaterThan(0);
    for (const id of readers) expect(JSON.stringify(permissionsOf(template, id))).toContain('kms:Decrypt');
  });
});
