import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { Workflow } from '../../lib/aws/index.ts';
import { RoleDraft } from '../../lib/aws/role-draft.ts';
import { permissionsOf } from './permissions.ts';
import { flowFile, testApp } from './test-app.ts';

/** A role that may invoke so many functions. */
function roleFor(functions: number): Template {
  const stack = new Stack(testApp(), 'Stack');
  const draft = new RoleDraft(stack);
  const arns = Array.from({ length: functions }, (_, at) => `arn:aws:lambda:us-east-1:111122223333:function:f${at}:*`);
  draft.allow(['lambda:InvokeFunction'], ...arns);
  const role = draft.create(stack, { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
  role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }));
  return Template.fromStack(stack);
}

describe('a role', () => {
  it('has its permissions in itself, and those that are granted later beside it', () => {
    const template = roleFor(5);
    const [role] = Object.values(template.findResources('AWS::IAM::Role'));
    expect(role?.Properties.Policies).toHaveLength(1);
    expect(permissionsOf(template)).toHaveLength(2);
  });

  it.each([1, 100, 170, 400])('of %i functions keeps to the sizes of IAM', (functions) => {
    const template = roleFor(functions);
    const sizeOf = (policies: { PolicyDocument: unknown }[]) =>
      policies.map(({ PolicyDocument }) => JSON.stringify(PolicyDocument).length).reduce((all, one) => all + one, 0);
    const [role] = Object.values(template.findResources('AWS::IAM::Role'));
    const attached = Object.values(template.findResources('AWS::IAM::Policy')).map(({ Properties }) => Properties);
    expect(sizeOf([...(role?.Properties.Policies ?? []), ...attached] as { PolicyDocument: unknown }[])).toBeLessThan(
      10_240,
    );
    for (const { Properties } of Object.values(template.findResources('AWS::IAM::ManagedPolicy')))
      expect(JSON.stringify(Properties.PolicyDocument).length).toBeLessThan(6144);
    expect(permissionsOf(template).flatMap(({ Resource }) => Resource)).toHaveLength(functions + 1);
  });
});

describe('the role of a state machine', () => {
  it('can only be assumed for it, its versions and the labels of its Maps, in this account', () => {
    const stack = new Stack(testApp(), 'Stack');
    new Workflow(stack, 'Flow', { flow: flowFile('quick') });
    const roles = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Role'));
    const [, role] = roles.find(([id]) => id.startsWith('FlowRole')) ?? [];
    const [statement, ...others] = role?.Properties.AssumeRolePolicyDocument.Statement ?? [];
    expect(others).toEqual([]);
    expect(statement.Principal).toEqual({ Service: 'states.amazonaws.com' });
    expect(statement.Condition.StringEquals).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
    const arns = statement.Condition.ArnLike['aws:SourceArn'].map((each: object) => JSON.stringify(each));
    expect(arns).toEqual([
      expect.stringMatching(/:stateMachine:Stack-Flow-[0-9A-F]{8}-express"/),
      expect.stringMatching(/:stateMachine:Stack-Flow-[0-9A-F]{8}-express:\*"/),
      expect.stringMatching(/:stateMachine:Stack-Flow-[0-9A-F]{8}-express\/\*"/),
    ]);
  });
});
