import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { Workflow, WorkflowDashboard } from '../../lib/aws/index.ts';
import { type Body, bodyText, queries } from './dashboard/read-body.ts';
import { flowFile, testApp } from './test-app.ts';

describe('the dashboard of workflows', () => {
  const stack = new Stack(testApp(), 'Stack');
  const workflows = ['greet', 'quick'].map((name) => new Workflow(stack, name, { flow: flowFile(name) }));
  const dashboard = new WorkflowDashboard(stack, 'Dashboard', { workflows });
  const template = Template.fromStack(stack);
  const { widgets }: Body = JSON.parse(bodyText(template.toJSON().Resources));

  it('has a heading for each, in the order that they are given', () => {
    const headings = widgets.flatMap(({ properties }) => properties.markdown?.split('\n')[0] ?? []);
    expect(headings).toEqual(['## greet', '## quick']);
  });

  it('searches for what functions measure under the names of the state machines', () => {
    const flows = widgets.flatMap(queries).map((query) => /flow="([^"]*)"/.exec(query)?.[1]);
    expect(new Set(flows)).toEqual(new Set(workflows.map(({ stateMachineName }) => stateMachineName)));
  });

  it('has an address in the console, with the name that CloudFormation gives it', () => {
    expect(JSON.stringify(stack.resolve(dashboard.url))).toMatch(/#dashboards\/dashboard\/",\{"Ref":"Dashboard/);
  });
});
