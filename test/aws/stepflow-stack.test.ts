import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import validateDefinition from 'asl-validator';
import { Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { StepflowStack, WorkflowError } from '../../lib/aws/index.ts';
import { PROJECT, testApp } from './test-app.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('the stack of a folder', () => {
  const stack = new StepflowStack(testApp(), 'StepflowStack', { workflows: join(PROJECT, 'workflows') });
  const template = Template.fromStack(stack);

  it('has a state machine for each flow', () => {
    expect(stack.workflows.map(({ flowName }) => flowName)).toEqual(['greet', 'quick']);
    template.resourceCountIs('AWS::StepFunctions::StateMachine', 2);
  });

  it('has one blob store, one API, and one function for each component', () => {
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.resourceCountIs('AWS::ApiGatewayV2::Api', 1);
    template.resourceCountIs('AWS::Lambda::Function', 4);
  });

  it('puts out the address of the API, the bucket, and each state machine with its alias', () => {
    template.hasOutput('ApiUrl', { Value: { 'Fn::GetAtt': [Match.anyValue(), 'ApiEndpoint'] } });
    template.hasOutput('BlobBucket', { Value: { Ref: Match.stringLikeRegexp('^BlobsBucket') } });
    template.hasOutput('FunctionLog', { Value: { Ref: Match.stringLikeRegexp('^StepflowLogsFunctionLog') } });
    template.hasOutput('ExecutionLog', { Value: { Ref: Match.stringLikeRegexp('^StepflowLogsExecutionLog') } });
    template.hasOutput('GreetArn', { Value: { Ref: Match.stringLikeRegexp('^GreetStateMachine') } });
    template.hasOutput('QuickArn', { Value: { Ref: Match.stringLikeRegexp('^QuickStateMachine') } });
    template.hasOutput('QuickAlias', { Value: { Ref: Match.stringLikeRegexp('^QuickLive') } });
  });

  it('keeps the logical ids that hold its data', () => {
    expect(Object.keys(template.findResources('AWS::S3::Bucket'))).toEqual(['BlobsBucket1038ED5D']);
  });
});

describe('a folder that cannot be deployed', () => {
  const deploy = (workflows: string) => () => new StepflowStack(testApp(), 'Faulty', { workflows });

  it('says what is wrong with every flow at once', () => {
    expect(deploy(join(PROJECT, 'faulty'))).toThrow(WorkflowError);
    expect(deploy(join(PROJECT, 'faulty'))).toThrow(
      /3 of 3 flows cannot be deployed(.|\n)*broken-component\.yaml(.|\n)*unknown-component\.yaml(.|\n)*unknown-step\.yaml/,
    );
  });

  it('is not there', () => {
    expect(deploy('nowhere')).toThrow('[Faulty] The folder of the flows cannot be read (ENOENT');
  });

  it('has no flow', () => {
    expect(deploy(join(PROJECT, 'lambdas'))).toThrow('has no flows; create one, such as');
  });
});

describe("this repository's own app", () => {
  const app = testApp();
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
  for (const [key, value] of Object.entries(context)) app.node.setContext(key, value);
  const stack = new StepflowStack(app, 'StepflowStack', { workflows: join(ROOT, 'workflows') });
  const checks = new AwsSolutionsChecks(app);
  Validations.of(app).addPlugins(checks);

  it('has no finding of cdk-nag that is not acknowledged with a reason', () => {
    expect(stack.workflows.length).toBeGreaterThan(0);
    expect(() => app.synth()).not.toThrow();
  });

  it.each(stack.workflows.map(({ flowName, compiled }) => [flowName, compiled.stateMachine]))(
    'emits a definition of %s that asl-validator accepts',
    (_, definition) => {
      expect(definition).toBeDefined();
      // The validator writes into what it is given.
      expect(validateDefinition(structuredClone(definition)).errors).toEqual([]);
    },
  );
});
