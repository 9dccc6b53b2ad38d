import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { BlobStore, Workflow, WorkflowError, type WorkflowProps } from '../../lib/aws/index.ts';
import { permissionsOfMachines } from './permissions.ts';
import { flowFile, testApp } from './test-app.ts';

const newStack = (): Stack => new Stack(testApp(), 'Stack');

function synthesise(...flows: readonly (string | WorkflowProps)[]): Template {
  const stack = newStack();
  for (const flow of flows) {
    const props = typeof flow === 'string' ? { flow: flowFile(flow) } : flow;
    new Workflow(stack, `Flow${stack.node.children.length}`, props);
  }
  return Template.fromStack(stack);
}

/** What the policies of the state machines' roles allow. */
const allowedTo = (template: Template, service: string) =>
  permissionsOfMachines(template).filter(({ Action }) => [Action].flat().some((action) => action.startsWith(service)));

describe('a workflow', () => {
  const template = synthesise('greet');

  it('has a function for each component that its flow uses, however often', () => {
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    const described = functions.map(({ Properties }) => Properties.Description).sort();
    expect(described).toEqual(['Component /letters/greet', 'Component /letters/join', 'Loads a person']);
  });

  it('gives a function what its component asks for', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Loads a person',
      MemorySize: 256,
      Timeout: 15,
      ReservedConcurrentExecutions: 20,
    });
  });

  it('is a Standard state machine of the compiled definition, traced', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      StateMachineType: 'STANDARD',
      TracingConfiguration: { Enabled: true },
      DefinitionString: {
        'Fn::Join': ['', Match.arrayWith([{ Ref: Match.stringLikeRegexp('PeopleLoadFunctionPublishedVersion') }])],
      },
    });
  });

  it('logs every event without data, for a month, under the prefix that needs no resource policy', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    });
    template.hasResource('AWS::Logs::LogGroup', {
      Properties: { LogGroupName: Match.stringLikeRegexp('^/aws/vendedlogs/states/Stack'), RetentionInDays: 30 },
      DeletionPolicy: 'Delete',
    });
  });

  it('may call exactly the versions of its functions', () => {
    const functions = Object.keys(template.findResources('AWS::Lambda::Function'));
    const [statement, ...others] = allowedTo(template, 'lambda:');
    expect(others).toEqual([]);
    expect(statement?.Action).toBe('lambda:InvokeFunction');
    const versionsOf = (id: string) => ({ 'Fn::Join': ['', [{ 'Fn::GetAtt': [id, 'Arn'] }, ':*']] });
    const named = (resources: unknown) =>
      [resources]
        .flat()
        .map((each) => JSON.stringify(each))
        .sort();
    expect(named(statement?.Resource)).toEqual(named(functions.map(versionsOf)));
  });

  it('may do nothing else but log and trace', () => {
    expect(allowedTo(template, '')).toHaveLength(3);
    expect(allowedTo(template, 'logs:')).toHaveLength(1);
    expect(allowedTo(template, 'xray:')).toHaveLength(1);
  });
});

describe('workflows of a stack', () => {
  it('share functions and blob store', () => {
    const template = synthesise('greet', 'quick');
    template.resourceCountIs('AWS::StepFunctions::StateMachine', 2);
    template.resourceCountIs('AWS::Lambda::Function', 3);
    template.resourceCountIs('AWS::S3::Bucket', 1);
  });

  it('share no function where its blobs go elsewhere', () => {
    const stack = newStack();
    new Workflow(stack, 'One', { flow: flowFile('quick') });
    new Workflow(stack, 'Two', { flow: flowFile('quick'), blobs: new BlobStore(stack, 'Other') });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Lambda::Function', 2);
    template.resourceCountIs('AWS::S3::Bucket', 2);
  });
});

describe('the properties', () => {
  it('make an Express state machine where the flow says so', () => {
    synthesise('quick').hasResourceProperties('AWS::StepFunctions::StateMachine', { StateMachineType: 'EXPRESS' });
  });

  it('log data where that is wanted, and for how long', () => {
    const flow = flowFile('quick');
    const template = synthesise({ flow, logExecutionData: true, logRetention: RetentionDays.ONE_WEEK });
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      LoggingConfiguration: { IncludeExecutionData: true },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });

  it('name the flow by its file unless told otherwise', () => {
    const stack = newStack();
    expect(new Workflow(stack, 'A', { flow: flowFile('quick') }).flowName).toBe('quick');
    expect(new Workflow(stack, 'B', { flow: flowFile('quick'), flowName: 'hello' }).flowName).toBe('hello');
  });
});

describe('grants and metrics', () => {
  it('allow starting and describing executions of this state machine alone', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    const workflow = new Workflow(stack, 'Quick', { flow: flowFile('quick') });
    workflow.grantStartExecution(role);
    workflow.grantDescribeExecution(role);
    const machine = Match.stringLikeRegexp('QuickStateMachine');
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('^Role') }],
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: 'states:StartExecution', Resource: { Ref: machine } },
          {
            Effect: 'Allow',
            Action: 'states:DescribeExecution',
            Resource: {
              'Fn::Join': [
                '',
                Match.arrayWith([Match.stringLikeRegexp('^:execution:Stack-Quick-[0-9A-F]{8}-express:[*]$')]),
              ],
            },
          },
        ],
      },
    });
  });

  it('measure this state machine', () => {
    const stack = newStack();
    const workflow = new Workflow(stack, 'Quick', { flow: flowFile('quick') });
    const dimensions = { StateMachineArn: workflow.stateMachineArn };
    expect(workflow.metricFailed()).toMatchObject({ metricName: 'ExecutionsFailed', statistic: 'Sum', dimensions });
    expect(workflow.metricStarted()).toMatchObject({ metricName: 'ExecutionsStarted', dimensions });
    expect(workflow.metricSucceeded()).toMatchObject({ metricName: 'ExecutionsSucceeded', dimensions });
    expect(workflow.metricTime()).toMatchObject({ metricName: 'ExecutionTime', dimensions });
    expect(workflow.metric('ExecutionThrottled')).toMatchObject({ metricName: 'ExecutionThrottled', dimensions });
  });
});

describe('a flow that cannot be deployed', () => {
  const fault = (flow: string): WorkflowError => {
    try {
      new Workflow(newStack(), 'Broken', { flow });
    } catch (error) {
      if (error instanceof WorkflowError) return error;
      throw error;
    }
    throw new Error('The workflow was accepted.');
  };

  it('fails with its diagnostics, their places and remedies, in the name of the construct', () => {
    const { message } = fault(flowFile('../faulty/unknown-step'));
    expect(message).toContain('[Stack/Broken] The flow "');
    expect(message).toMatch(/unknown-step\.yaml:5:\d+/);
    expect(message).toContain('lode');
  });

  it('fails without a stack trace', () => {
    expect(fault(flowFile('../faulty/unknown-step')).stack).not.toMatch(/^\s+at /m);
  });

  it('fails for a component that there is not, at its place in the flow', () => {
    const { message } = fault(flowFile('../faulty/unknown-component'));
    expect(message).toMatch(/unknown-component\.yaml:4:\d+/);
    expect(message).toContain('/people/lode');
    expect(message).toContain('/people/load');
  });

  it('fails for a component that cannot be bundled, at its place in the source', () => {
    const { message } = fault(flowFile('../faulty/broken-component'));
    expect(message).toMatch(/faulty\/lambdas\/broken\/imports\.ts:2:\d+/);
    expect(message).toContain("2 │ import './nowhere.ts';");
    expect(message).not.toContain('people');
  });

  it('fails for a file that is not there, and says from where it is looked for', () => {
    const { message } = fault('workflows/nowhere.yaml');
    expect(message).toContain('[Stack/Broken] The flow "workflows/nowhere.yaml" cannot be read (ENOENT');
    expect(message).toContain('relative to the folder that the app runs in');
  });
});
