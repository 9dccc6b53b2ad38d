import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArnFormat, Duration, Names, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type FlowFacts, MACHINES_VARIABLE } from '../../lambdas/_system/deployed-flows.ts';
import { BLOBS_VARIABLE } from '../runtime/stores/open-store.ts';
import { bundleApi } from './api-bundle.ts';
import type { BlobStore } from './blob-store.ts';
import { functionLogGroup, functionRole, NODE_ENVIRONMENT, NODE_FUNCTION } from './component-function.ts';
import type { Workflow } from './workflow.ts';
import { WorkflowError } from './workflow-error.ts';

/** Properties of a {@link WorkflowApi}. */
export interface WorkflowApiProps {
  /** The flows to be started over HTTP; all on one blob store. */
  readonly workflows: readonly Workflow[];
  /**
   * How long logs are kept, of requests and of the function.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

const DESCRIPTION = 'Starts flows and answers for their executions';
const START = '/flows/{name}/executions';
const DESCRIBE = '/flows/{name}/executions/{id}';

/**
 * An HTTP API that starts flows and answers for their executions. Every route wants a request signed by a principal with
 * `execute-api:Invoke` (see {@link WorkflowApi.grantInvoke}).
 *
 * | request | answer |
 * |---|---|
 * | `POST /flows/NAME/executions`, the flow's input as body | 202 `{"id", "flow", "status": "RUNNING", "execution": {"id"}}` |
 * | `GET /flows/NAME/executions/ID` | 200 the same, and once it has ended `"outcome"` with `"result"` or `"error"` |
 *
 * Requests with the same `Idempotency-Key` header start one execution. A refusal is `{"error": {"code", "message"}}`.
 */
export class WorkflowApi extends Construct {
  readonly api: apigateway.HttpApi;
  readonly function: lambda.Function;
  /** The base address, without a slash at its end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: WorkflowApiProps) {
    super(scope, id);
    const { workflows, logRetention } = props;
    const blobs = commonBlobs(this, workflows);
    refuseTwins(this, workflows);
    refuseStrangers(this, workflows);
    this.function = this.createFunction(blobs, workflows, logRetention);
    blobs.grantReadWrite(this.function);
    for (const workflow of workflows) grantUse(workflow, this.function);
    this.api = this.createApi();
    createStage(this, this.api, logRetention);
    this.url = this.api.apiEndpoint;
  }

  /** Allows `grantee` to call every route. */
  grantInvoke(grantee: iam.IGrantable): void {
    for (const route of this.routes) route.grantInvoke(grantee);
  }

  private routes: readonly apigateway.HttpRoute[] = [];

  private createFunction(blobs: BlobStore, workflows: readonly Workflow[], retention?: logs.RetentionDays) {
    const folder = join(Stage.of(this)?.outdir ?? tmpdir(), `${Names.uniqueId(this)}-function`);
    bundleApi(folder, Object.fromEntries(workflows.map((workflow) => [workflow.flowName, factsOf(workflow)])));
    const logGroup = functionLogGroup(this, retention);
    return new lambda.Function(this, 'Function', {
      ...NODE_FUNCTION,
      description: DESCRIPTION,
      code: lambda.Code.fromAsset(folder),
      memorySize: 512,
      timeout: Duration.seconds(29), // The API waits for 30 at most.
      logGroup,
      role: functionRole(this, logGroup),
      environment: {
        ...NODE_ENVIRONMENT,
        [BLOBS_VARIABLE]: blobs.uri,
        [MACHINES_VARIABLE]: machinesOf(this),
      },
    });
  }

  private createApi(): apigateway.HttpApi {
    const api = new apigateway.HttpApi(this, 'Api', { description: DESCRIPTION, createDefaultStage: false });
    const integration = new HttpLambdaIntegration('Function', this.function);
    const authorizer = new HttpIamAuthorizer();
    this.routes = [
      ...api.addRoutes({ path: START, methods: [apigateway.HttpMethod.POST], integration, authorizer }),
      ...api.addRoutes({ path: DESCRIBE, methods: [apigateway.HttpMethod.GET], integration, authorizer }),
    ];
    return api;
  }
}

/** Of a flow that did not compile, which its Workflow refuses. */
const UNREAD = { reads: [], share: 0, room: 0 };

function factsOf({ compiled: { type, inputSchema, inputBudget = UNREAD }, stateMachineName }: Workflow): FlowFacts {
  return { stateMachineName, type, inputBudget, ...(inputSchema !== undefined && { inputSchema }) };
}

/** What the ARNs of an account's state machines begin with. */
const machinesOf = (api: Construct): string =>
  Stack.of(api).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: '',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** Express executions cannot be described, so nobody gets the right to. */
function grantUse(workflow: Workflow, grantee: iam.IGrantable): void {
  workflow.grantStartExecution(grantee);
  if (workflow.compiled.type === 'STANDARD') workflow.grantDescribeExecution(grantee);
}

function commonBlobs(api: Construct, workflows: readonly Workflow[]): BlobStore {
  const [first, ...others] = workflows;
  if (!first) throw new WorkflowError(api, 'The API has no flows; give it at least one Workflow');
  const other = others.find(({ blobs }) => blobs !== first.blobs);
  if (!other) return first.blobs;
  const pair = `"${first.flowName}" and "${other.flowName}"`;
  throw new WorkflowError(
    api,
    `The flows ${pair} have different blob stores; give each store a WorkflowApi of its own`,
  );
}

function refuseTwins(api: Construct, workflows: readonly Workflow[]): void {
  const names = workflows.map(({ flowName }) => flowName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new WorkflowError(api, `Two flows are called "${twice}"; give one of them another \`flowName\``);
}

/** The function asks the Step Functions of its own account and region. */
function refuseStrangers(api: Construct, workflows: readonly Workflow[]): void {
  const here = Stack.of(api).environment;
  const stranger = workflows.find((workflow) => Stack.of(workflow).environment !== here);
  if (!stranger) return;
  const there = Stack.of(stranger).environment;
  throw new WorkflowError(
    api,
    `The flow "${stranger.flowName}" is deployed to ${there}, and the API to ${here}; give that flow a WorkflowApi there`,
  );
}

/** A line of JSON a request: who asked for what, and what came of it. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTime',
    caller: '$context.identity.userArn',
    ip: '$context.identity.sourceIp',
    routeKey: '$context.routeKey',
    path: '$context.path',
    status: '$context.status',
    error: '$context.integrationErrorMessage',
  }),
);

/** The default stage, which has no name in the address; with a log of requests. */
function createStage(scope: Construct, httpApi: apigateway.HttpApi, retention = logs.RetentionDays.ONE_MONTH): void {
  const logGroup = new logs.LogGroup(scope, 'AccessLog', { retention, removalPolicy: RemovalPolicy.DESTROY });
  new apigateway.HttpStage(scope, 'Stage', {
    httpApi,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: 100, burstLimit: 200 },
    accessLogSettings: { destination: new apigateway.LogGroupLogDestination(logGroup), format: ACCESS_LOG },
  });
}
