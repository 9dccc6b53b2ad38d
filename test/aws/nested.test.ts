import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { Workflow, WorkflowError } from '../../lib/aws/index.ts';
import { permissionsOf } from './permissions.ts';
import { PROJECT, testApp } from './test-app.ts';

const FLOW = join(PROJECT, 'nested/any-flow.yaml');

const synthesise = (nestedComponents?: readonly string[]): Template => {
  const stack = new Stack(testApp(), 'Stack');
  new Workflow(stack, 'Flow', { flow: FLOW, ...(nestedComponents && { nestedComponents }) });
  return Template.fromStack(stack);
};

/** The environment variable that says what `eval` may call. */
const callable = (template: Template): string => {
  const found = template.findResources('AWS::Lambda::Function', {
    Properties: { Environment: { Variables: { STEPFLOW_COMPONENTS: Match.anyValue() } } },
  });
  expect(Object.keys(found)).toEqual([expect.stringContaining('BuiltinEval')]);
  return JSON.stringify(Object.values(found)[0]?.Properties.Environment.Variables.STEPFLOW_COMPONENTS);
};

describe('a flow that runs flows which are only known then', () => {
  it('may call the components of the flow itself', () => {
    const template = synthesise();
    expect(callable(template)).toContain('/letters/greet');
    expect(callable(template)).not.toContain('/people/load');
    const [calls, ...others] = permissionsOf(template, 'BuiltinEval').filter(
      ({ Action }) => Action === 'lambda:InvokeFunction',
    );
    expect(others).toEqual([]);
    expect(calls?.Resource).toContainEqual({
      'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringContaining('LettersGreet'), 'Arn'] }, ':*']],
    });
  });

  it('may call further components that are named for it', () => {
    expect(callable(synthesise(['/people/load']))).toContain('/people/load');
  });

  it('is refused where one of these is not there', () => {
    expect(() => synthesise(['/people/lode'])).toThrow(WorkflowError);
    expect(() => synthesise(['/people/lode'])).toThrow(/lambdas\/people\/lode\.ts/);
  });
});
