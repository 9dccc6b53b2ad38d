import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { BlobStore, Workflow, WorkflowApi } from '../../lib/aws/index.ts';
import { flowFile, testApp } from './test-app.ts';

const newStack = (): Stack => new Stack(testApp(), 'Stack');
const workflow = (stack: Stack, name: string, id = name): Workflow => new Workflow(stack, id, { flow: flowFile(name) });

function synthesise(use: (api: WorkflowApi, stack: Stack) => void = () => {}): Template {
  const stack = newStack();
  use(new WorkflowApi(stack, 'Api', { workflows: [workflow(stack, 'greet'), workflow(stack, 'quick')] }), stack);
  return Template.fromStack(stack);
}

describe('the API', () => {
  const template = synthesise();

  it('has the two routes, each for signed requests only', () => {
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(
      ({ Properties }) => Properties,
    );
    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual([
      'GET /flows/{name}/executions/{id}',
      'POST /flows/{name}/executions',
    ]);
    expect(new Set(routes.map(({ AuthorizationType }) => AuthorizationType))).toEqual(new Set(['AWS_IAM']));
  });

  it('limits and logs requests', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
      AccessLogSettings: { DestinationArn: Match.anyValue(), Format: Match.stringLikeRegexp('routeKey') },
    });
  });

  it('tells its function the state machines and where blobs are', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Starts flows and answers for their executions',
      Runtime: 'nodejs24.x',
      Environment: {
        Variables: {
          STEPFLOW_MACHINES: {
            'Fn::Join': [
              '',
              [
                '{"greet":"',
                { Ref: Match.stringLikeRegexp('^greet') },
                '","quick":"',
                { Ref: Match.stringLikeRegexp('^quick') },
                '"}',
              ],
            ],
          },
          STEPFLOW_BLOBS: Match.anyValue(),
        },
      },
    });
  });

  it('may start these state machines, describe what can be described, and read and write blobs', () => {
    const [policy] = Object.values(template.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      JSON.stringify(Properties.Roles).includes('ApiRole'),
    );
    const allowed = policy?.Properties.PolicyDocument.Statement.map(({ Action }: { Action: string }) => Action);
    expect(allowed.slice(2)).toEqual([
      ['s3:GetObject', 's3:PutObject'],
      's3:ListBucket',
      'states:StartExecution',
      'states:DescribeExecution',
      'states:StartExecution',
    ]);
  });
});

describe('the right to call it', () => {
  it('is for both routes and no more', () => {
    const template = synthesise((api, stack) => {
      api.grantInvoke(new iam.Role(stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() }));
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('^Caller') }],
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Action: 'execute-api:Invoke', Resource: routeArn('/*/POST/flows/*') }),
          Match.objectLike({ Action: 'execute-api:Invoke', Resource: routeArn('/*/GET/flows/*') }),
        ],
      },
    });
  });
});

const routeArn = (end: string) => ({ 'Fn::Join': ['', Match.arrayWith([end])] });

describe('an API that cannot be made', () => {
  const refusal = (make: (stack: Stack) => unknown): (() => void) => {
    const stack = newStack();
    return () => make(stack);
  };

  it('has no flows', () => {
    expect(refusal((stack) => new WorkflowApi(stack, 'Api', { workflows: [] }))).toThrow(
      '[Stack/Api] The API has no flows; give it at least one Workflow',
    );
  });

  it('has two flows of one name', () => {
    const make = (stack: Stack) =>
      new WorkflowApi(stack, 'Api', { workflows: [workflow(stack, 'quick', 'A'), workflow(stack, 'quick', 'B')] });
    expect(refusal(make)).toThrow('Two flows are called "quick"; give one of them another `flowName`');
  });

  it('has flows with different blob stores', () => {
    const make = (stack: Stack) => {
      const other = new Workflow(stack, 'B', { flow: flowFile('greet'), blobs: new BlobStore(stack, 'Other') });
      return new WorkflowApi(stack, 'Api', { workflows: [workflow(stack, 'quick'), other] });
    };
    expect(refusal(make)).toThrow('have different blob stores; give each store a WorkflowApi of its own');
  });

  it('has more flows than its function can know of', () => {
    const make = (stack: Stack) => {
      const names = Array.from({ length: 30 }, (_, index) => `flow-${index}`);
      const workflows = names.map((flowName) => new Workflow(stack, flowName, { flow: flowFile('quick'), flowName }));
      return new WorkflowApi(stack, 'Api', { workflows });
    };
    expect(refusal(make)).toThrow('30 flows are more than one API');
  });
});
