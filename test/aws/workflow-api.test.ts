import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer, HttpLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { OPENAPI_FILE } from '../../lambdas/_system/routes.ts';
import { type ApiOptions, BlobStore, Workflow, WorkflowApi } from '../../lib/aws/index.ts';
import { deployedFlows, FLOWS_FILE } from '../../lib/executions/aws/deployed-flows.ts';
import { startBytes } from '../project/components/start-bytes.ts';
import { project } from '../run/project.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { permissionsOf } from './permissions.ts';
import { flowFile, testApp } from './test-app.ts';

const newStack = (): Stack => new Stack(testApp(), 'Stack');

const workflow = (stack: Stack, name: string, id = name): Workflow => new Workflow(stack, id, { flow: flowFile(name) });

function synthesise(use: (api: WorkflowApi, stack: Stack) => void = () => {}, stack = newStack()): Template {
  use(new WorkflowApi(stack, 'Api', { workflows: [workflow(stack, 'greet'), workflow(stack, 'quick')] }), stack);
  return Template.fromStack(stack);
}

describe('the API', () => {
  const stack = newStack();
  const template = synthesise(() => {}, stack);

  it('has its routes, each for signed requests only', () => {
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(
      ({ Properties }) => Properties,
    );
    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual([
      'DELETE /flows/{name}/executions/{id}',
      'GET /flows',
      'GET /flows/{name}',
      'GET /flows/{name}/executions',
      'GET /flows/{name}/executions/{id}',
      'GET /flows/{name}/executions/{id}/history',
      'GET /flows/{name}/executions/{id}/waiting',
      'GET /openapi.json',
      'POST /flows/{name}/executions',
      'POST /flows/{name}/executions/{id}/redrive',
      'POST /flows/{name}/executions/{id}/steps/{step}/approve',
      'POST /flows/{name}/executions/{id}/steps/{step}/callback',
      'POST /flows/{name}/executions/{id}/steps/{step}/reject',
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
                'arn:',
                { Ref: 'AWS::Partition' },
                ':states:',
                { Ref: 'AWS::Region' },
                ':',
                { Ref: 'AWS::AccountId' },
                ':stateMachine:',
              ],
            ],
          },
          STEPFLOW_BLOBS: Match.anyValue(),
        },
      },
    });
  });

  it('knows each state machine by the name that it is given', async () => {
    const flows = flowsKnownIn(stack, template);
    expect(Object.fromEntries(flows.map(({ name, stateMachineArn }) => [name, stateMachineArn]))).toEqual({
      greet: expect.stringMatching(/^arn:here:Stack-greet-[0-9A-F]{8}$/),
      quick: expect.stringMatching(/^arn:here:Stack-quick-[0-9A-F]{8}-express$/),
    });
    expect(flows.map(({ stateMachineArn }) => stateMachineArn.replace('arn:here:', '')).sort()).toEqual(
      namesIn(template),
    );
    expect(flows).toMatchObject([{ type: 'STANDARD' }, { type: 'EXPRESS' }]);
    expect(await flows[0]?.facts()).toMatchObject({ inputSchema: { type: 'object' } });
  });

  it('has a function that starts with little code, and has neither the compiler nor the CDK', () => {
    const folder = folderOf(stack, template);
    // The clients of Step Functions and of HTTP are most of it.
    expect(startBytes(join(folder, 'index.mjs'))).toBeLessThan(450_000);
    const maps = readdirSync(folder).filter((file) => file.endsWith('.map'));
    const sources = maps.flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')).sources as string[]);
    expect(sources.length).toBeGreaterThan(100);
    const unwanted = /aws-cdk|^(?!.*node_modules).*\/lib\/(aws|cli|compiler\/(arrange|emit|passes|plan|pipeline))\b/;
    expect(sources.filter((source) => unwanted.test(source))).toEqual([]);
  });

  it('may do what its routes do with what can be observed, wait for what cannot, and read and write blobs', () => {
    const allowed = permissionsOf(template, 'ApiRole');
    expect(allowed.slice(2).map(({ Action }) => Action)).toEqual([
      ['s3:GetObject', 's3:PutObject'],
      's3:ListBucket',
      ['states:StartExecution', 'states:ListExecutions'],
      ['states:StartExecution', 'states:StartSyncExecution'],
      ['states:DescribeExecution', 'states:GetExecutionHistory', 'states:RedriveExecution', 'states:StopExecution'],
    ]);
    const [machine = ''] = namesIn(template);
    expect(JSON.stringify(allowed.at(-1)?.Resource)).toContain(`:execution:${machine}:*`);
    expect(JSON.stringify(allowed.at(-1)?.Resource)).not.toContain('express');
  });
});

describe('a flow whose steps wait for answers', () => {
  const stack = newStack();
  const ask =
    'steps: [{ id: ask, component: /builtin/approval, input: { title: Go on?, timeout: 90000 } }]\noutput: { $step: ask }\n';
  const file = join(project({ 'asks.yaml': ask }), 'asks.yaml');
  const asks = new Workflow(stack, 'asks', { flow: file });
  new WorkflowApi(stack, 'Api', { workflows: [asks, workflow(stack, 'greet')] });
  const template = Template.fromStack(stack);

  it('lets the API, and nobody else, complete the tasks of its state machine, by what is asked in its folder', () => {
    const own = permissionsOf(template, 'ApiRole').filter(({ Action }) => Action === 'states:SendTaskSuccess');
    expect(own.map(({ Resource }) => Resource)).toEqual([stack.resolve(asks.stateMachineArn)]);
    const granted = permissionsOf(template).filter(({ Action }) =>
      [Action].flat().some((one) => one.includes('SendTask')),
    );
    expect(granted).toEqual(own);
    const folders = permissionsOf(template, 'ApiRole').filter(({ Resource }) =>
      JSON.stringify(Resource).includes('/blobs/waiting/*'),
    );
    expect(folders.map(({ Action }) => Action)).toEqual([['s3:GetObject', 's3:PutObject']]);
  });

  it('has a function that only writes what is asked', () => {
    const written = permissionsOf(template).filter(({ Resource }) =>
      JSON.stringify(Resource).includes('/blobs/waiting/*'),
    );
    expect(written.map(({ Action }) => Action)).toContainEqual('s3:PutObject');
  });

  it('waits longer than its function may run', () => {
    const [text = ''] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'))
      .map(({ Properties }) => JSON.stringify(Properties.DefinitionString))
      .filter((definition) => definition.includes('waitForTaskToken'));
    expect(text).toContain('\\"TimeoutSeconds\\":90000');
  });
});

/** The folder of the API's function. */
function folderOf(stack: Stack, template: Template): string {
  const [api] = Object.values(
    template.findResources('AWS::Lambda::Function', {
      Properties: { Description: Match.stringLikeRegexp('Starts flows') },
    }),
  );
  return join(Stage.of(stack)?.outdir ?? '', `asset.${String(api?.Properties.Code.S3Key).replace('.zip', '')}`);
}

/** The flows that the API's function knows, as it reads them from its own folder. */
function flowsKnownIn(stack: Stack, template: Template) {
  const folder = folderOf(stack, template);
  const flows = deployedFlows('arn:here:', readFileSync(join(folder, FLOWS_FILE), 'utf8'), (file) =>
    readFile(join(folder, file), 'utf8'),
  );
  return Object.entries(flows).map(([name, flow]) => ({ name, ...flow }));
}

/** The names of a template's state machines. */
const namesIn = (template: Template): readonly string[] =>
  Object.values(template.findResources('AWS::StepFunctions::StateMachine'))
    .map(({ Properties }) => Properties.StateMachineName)
    .sort();

describe('an API of many flows', () => {
  const stack = newStack();
  const names = Array.from({ length: 60 }, (_, index) => `flow-${index}-${'with-a-long-name-'.repeat(4)}`);
  const workflows = names.map((flowName) => new Workflow(stack, flowName, { flow: flowFile('greet'), flowName }));
  new WorkflowApi(stack, 'Api', { workflows });
  const template = Template.fromStack(stack);

  it('knows them all, by names that Step Functions takes', () => {
    expect(flowsKnownIn(stack, template)).toHaveLength(60);
    expect(new Set(namesIn(template)).size).toBe(60);
    expect(namesIn(template).filter((name) => !/^[\w-]{1,80}$/.test(name))).toEqual([]);
  });

  it('keeps to the limits of Lambda and IAM', () => {
    for (const { Properties } of Object.values(template.findResources('AWS::Lambda::Function')))
      expect(JSON.stringify(Properties.Environment ?? {}).length).toBeLessThan(1000);
    // 10,240 characters of a role's own policies; here a reference stands for an ARN.
    const started = permissionsOf(template, 'ApiRole').filter(({ Action }) => Action.includes('states:StartExecution'));
    expect(started.flatMap(({ Resource }) => (Resource as { Ref: string }[]).map(({ Ref }) => Ref)).sort()).toEqual(
      Object.keys(template.findResources('AWS::StepFunctions::StateMachine')).sort(),
    );
    const own = Object.entries(template.findResources('AWS::IAM::Policy')).find(([id]) => id.includes('ApiRole'));
    expect(own?.[1].Properties.PolicyDocument.Statement.length).toBeLessThan(10_240 / 200);
  });
});

describe('the right to call it', () => {
  it('is for its routes and no more', () => {
    const template = synthesise((api, stack) => {
      api.grantInvoke(new iam.Role(stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() }));
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('^Caller') }],
      PolicyDocument: {
        Statement: [
          ...['GET/openapi.json', 'GET/flows', 'GET/flows/*', 'POST/flows/*', 'DELETE/flows/*'].map((route) =>
            Match.objectLike({ Action: 'execute-api:Invoke', Resource: routeArn(`/*/${route}`) }),
          ),
        ],
      },
    });
  });
});

const routeArn = (end: string) => ({ 'Fn::Join': ['', Match.arrayWith([end])] });

describe('an API with options', () => {
  const apiWith = (options: (stack: Stack) => ApiOptions) => {
    const stack = newStack();
    const api = new WorkflowApi(stack, 'Api', { workflows: [workflow(stack, 'quick')], ...options(stack) });
    return { stack, api, template: Template.fromStack(stack) };
  };
  const documentOf = (stack: Stack, template: Template) =>
    JSON.parse(readFileSync(join(folderOf(stack, template), OPENAPI_FILE), 'utf8'));
  const routesOf = (template: Template) =>
    Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties);

  it('lets callers in by a JSON Web Token', () => {
    const { stack, api, template } = apiWith(() => ({
      authorizer: new HttpJwtAuthorizer('Users', 'https://id.example.com', { jwtAudience: ['flows'] }),
    }));
    for (const { AuthorizationType, AuthorizerId } of routesOf(template))
      expect([AuthorizationType, AuthorizerId]).toEqual(['JWT', expect.anything()]);
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      ...{ AuthorizerType: 'JWT', JwtConfiguration: { Audience: ['flows'], Issuer: 'https://id.example.com' } },
    });
    expect(documentOf(stack, template).components.securitySchemes.caller).toMatchObject({ scheme: 'bearer' });
    const caller = new iam.Role(stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
    expect(() => api.grantInvoke(caller)).toThrow('Rights of IAM count for nothing here');
  });

  it('lets callers in by a function', () => {
    const { template } = apiWith((stack) => {
      const code = lambda.Code.fromInline('exports.handler = async () => ({ isAuthorized: true });');
      const runtime = lambda.Runtime.NODEJS_LATEST;
      const judge = new lambda.Function(stack, 'Judge', { code, runtime, handler: 'index.handler' });
      return { authorizer: new HttpLambdaAuthorizer('Judge', judge) };
    });
    expect(new Set(routesOf(template).map(({ AuthorizationType }) => AuthorizationType))).toEqual(new Set(['CUSTOM']));
  });

  it('may be called by web pages, with what its routes take', () => {
    const { template } = apiWith(() => ({ cors: { allowOrigins: ['https://flows.example.com'] } }));
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: {
        AllowOrigins: ['https://flows.example.com'],
        AllowMethods: ['GET', 'POST', 'DELETE'],
        AllowHeaders: Match.arrayWith(['authorization', 'content-type', 'idempotency-key', 'prefer']),
        ExposeHeaders: ['location', 'retry-after'],
      },
    });
  });

  it('may be called by no web page unless it is told so', () => {
    const { template } = apiWith(() => ({}));
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { CorsConfiguration: Match.absent() });
  });

  it('takes as many requests as it is told', () => {
    const { template } = apiWith(() => ({ throttle: { rateLimit: 5 } }));
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 200 },
    });
  });

  it('lets nobody in unseen', () => {
    expect(() => apiWith(() => ({ authorizer: new HttpNoneAuthorizer() }))).toThrow(
      'Anybody could start flows and read their results; give the API an authorizer',
    );
  });
});

it('the API of flows that start executions may read the histories of these, and of no others', () => {
  const stack = newStack();
  const file = join(temporaryFolder('stepflow-distributed-'), 'many.json');
  const inner = { steps: [{ id: 'wait', component: '/sleep', input: { duration_ms: 1 } }], output: { $step: 'wait' } };
  const input = { items: { $input: 'items' }, workflow: { $literal: inner } };
  writeFileSync(file, JSON.stringify({ steps: [{ id: 'each', component: '/map', input }], output: { $step: 'each' } }));
  const many = new Workflow(stack, 'Many', { flow: file });
  new WorkflowApi(stack, 'Api', { workflows: [many] });
  const allowed = permissionsOf(Template.fromStack(stack), 'ApiRole').map(({ Action, Resource }) => ({
    Action,
    Resource: JSON.stringify(Resource),
  }));
  const name = many.stateMachineName;
  expect(allowed).toEqual(
    expect.arrayContaining([
      { Action: 'states:GetExecutionHistory', Resource: expect.stringContaining(`:execution:${name}/*:*`) },
      {
        Action: ['states:DescribeMapRun', 'states:ListExecutions'],
        Resource: expect.stringContaining(`:mapRun:${name}/*:*`),
      },
    ]),
  );
});

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
    expect(refusal(make)).toThrow('Two flows are called "quick"; give one of them a different `flowName`');
  });

  it('has flows with different blob stores', () => {
    const make = (stack: Stack) => {
      const other = new Workflow(stack, 'B', { flow: flowFile('greet'), blobs: new BlobStore(stack, 'Other') });
      return new WorkflowApi(stack, 'Api', { workflows: [workflow(stack, 'quick'), other] });
    };
    expect(refusal(make)).toThrow('have different blob stores; create a separate WorkflowApi for each store');
  });

  it('has a flow that is deployed elsewhere', () => {
    const app = testApp();
    const [here, there] = ['eu-west-1', 'us-east-1'].map(
      (region) => new Stack(app, region, { env: { account: '123456789012', region } }),
    );
    const make = () => here && there && new WorkflowApi(here, 'Api', { workflows: [workflow(there, 'quick')] });
    expect(make).toThrow(
      'The flow "quick" is deployed to aws://123456789012/us-east-1, and the API to aws://123456789012/eu-west-1',
    );
  });
});

describe('an Express flow that waits longer than the API does', () => {
  const warningsOf = (seconds: number) => {
    const stack = newStack();
    const file = join(temporaryFolder('stepflow-express-'), 'slow.json');
    const steps = [{ id: 'wait', component: '/sleep', input: { duration_ms: seconds * 1000 } }];
    writeFileSync(file, JSON.stringify({ metadata: { aws: { type: 'EXPRESS' } }, steps, output: { $step: 'wait' } }));
    const flow = new Workflow(stack, 'slow', { flow: file });
    new WorkflowApi(stack, 'Api', { workflows: [flow] });
    return flow.node.metadata.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => String(data));
  };

  it('gets a warning', () => {
    expect(warningsOf(27)).toEqual([]);
    expect(warningsOf(28)).toEqual([expect.stringMatching(/"slow" may wait for 28 s, and the API waits 27 s/)]);
  });
});
