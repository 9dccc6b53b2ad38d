import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Annotations, Duration, Names, Stack, Stage } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { type Authorization, openApiDocument } from '../../lambdas/_system/openapi.ts';
import { IN_FOLDERS, OPENAPI_FILE, ROUTES, type Route } from '../../lambdas/_system/routes.ts';
import { FUNCTION_SECONDS, RESULT_SECONDS } from '../../lambdas/_system/time.ts';
import { longestWait } from '../compiler/check/check-express.ts';
import { type ApiFlow, FLOWS_FILE, MACHINES_VARIABLE } from '../executions/aws/deployed-flows.ts';
import { detailsOf, factsOf } from '../executions/aws/flow-facts.ts';
import { FUNCTION_BUILD } from '../project/components/function-build.ts';
import { allowExecutions, hasWaits } from './api-rights.ts';
import type { BlobStore } from './blob-store.ts';
import { functionRoleDraft, LAMBDA, NODE_ENVIRONMENT, NODE_FUNCTION, trace } from './component-function.ts';
import { type LogOptions, sharedLogGroup } from './log-groups.ts';
import { stateMachineArn } from './state-machine-arns.ts';
import type { Workflow } from './workflow.ts';
import { WorkflowError } from './workflow-error.ts';

/** Who may call an API, from where, and how often. */
export interface ApiOptions {
  /**
   * What tells who a caller is, for every route: `HttpJwtAuthorizer` or `HttpLambdaAuthorizer` of
   * `aws-cdk-lib/aws-apigatewayv2-authorizers`. Whom it lets through may call every route for every flow.
   * @default - requests are signed with Signature Version 4, by a principal with `execute-api:Invoke`
   */
  readonly authorizer?: apigateway.IHttpRouteAuthorizer;
  /**
   * The web pages that may call it. Methods and headers are those that its routes have, unless they are given.
   * @default - none
   */
  readonly cors?: apigateway.CorsPreflightOptions;
  /**
   * How many requests it takes: a second, and at once.
   * @default - 100 a second, 200 at once
   */
  readonly throttle?: apigateway.ThrottleSettings;
}

/** Properties of a {@link WorkflowApi}. */
export interface WorkflowApiProps extends ApiOptions {
  /** The flows that can be started over HTTP; all must use the same blob store. */
  readonly workflows: readonly Workflow[];
  /**
   * How long the logs of requests and of the function are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
  /**
   * The key that encrypts these logs.
   * @default - a key of CloudWatch Logs
   */
  readonly encryptionKey?: kms.IKey;
}

const DESCRIPTION = 'Starts flows and answers for their executions';

/**
 * An HTTP API that starts flows, lists, describes, stops and redrives their executions, and answers their steps that wait. Every route requires a request that
 * is signed by a principal with `execute-api:Invoke` (see {@link WorkflowApi.grantInvoke}), or another `authorizer`.
 *
 * | request | does |
 * |---|---|
 * | `POST /flows/NAME/executions`, the flow's input as body | starts an execution; with `?wait=SECONDS` it waits for the result |
 * | `GET /flows/NAME/executions` | lists executions |
 * | `GET /flows/NAME/executions/ID` | answers the status, and once it has ended `"outcome"` with `"result"` or `"error"` |
 * | `GET /flows/NAME/executions/ID/history` | answers what its steps did |
 * | `DELETE /flows/NAME/executions/ID` | stops it |
 * | `POST /flows/NAME/executions/ID/redrive` | continues it from where it failed |
 * | `GET /flows/NAME/executions/ID/waiting` | lists the steps that wait for an answer |
 * | `POST /flows/NAME/executions/ID/steps/STEP/approve`, `reject` or `callback` | answers a step that waits |
 * | `GET /flows`, `GET /flows/NAME` | answers which flows there are, and what one takes |
 * | `GET /openapi.json` | answers an OpenAPI document of these routes |
 *
 * NAME may have slashes, as that of a flow of a subfolder has. Requests with the same `Idempotency-Key` header start one execution. Refusals are problem documents (RFC 9457) with `"code"` and `"message"`.
 */
export class WorkflowApi extends Construct {
  readonly api: apigateway.HttpApi;
  readonly function: lambda.Function;
  /** The base URL, without a trailing slash. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: WorkflowApiProps) {
    super(scope, id);
    const { workflows, logRetention: retention, encryptionKey, throttle } = props;
    const { authorizer = new HttpIamAuthorizer() } = props;
    this.authorization = authorizationOf(this, authorizer);
    const log = { retention, encryptionKey };
    const blobs = commonBlobs(this, workflows);
    refuseDuplicateNames(this, workflows);
    refuseOtherEnvironments(this, workflows);
    this.function = this.createFunction(blobs, workflows, log);
    for (const workflow of workflows) warnOfLongWait(workflow);
    this.api = this.createApi(workflows, authorizer, props.cors);
    createStage(this, this.api, { ...log, throttle });
    this.url = this.api.apiEndpoint;
  }

  /**
   * Allows `grantee` to call every route.
   *
   * @throws WorkflowError if another authorizer than that of IAM decides
   */
  grantInvoke(grantee: iam.IGrantable): void {
    if (this.authorization !== 'AWS_IAM') {
      const remedy = 'let it through there, or leave out `authorizer`';
      throw new WorkflowError(
        this,
        `Rights of IAM count for nothing here, as the authorizer of the API decides; ${remedy}`,
      );
    }
    for (const route of this.routes) route.grantInvoke(grantee);
  }

  private readonly authorization: Authorization;
  private routes: readonly apigateway.HttpRoute[] = [];

  private createFunction(blobs: BlobStore, workflows: readonly Workflow[], log: LogOptions) {
    const folder = join(Stage.of(this)?.outdir ?? tmpdir(), `${Names.uniqueId(this)}-function`);
    bundleApi(folder);
    writeFlows(folder, workflows);
    writeFileSync(join(folder, OPENAPI_FILE), JSON.stringify(openApiDocument(this.authorization)));
    const logGroup = sharedLogGroup(this, 'api', log);
    const draft = functionRoleDraft(this, logGroup);
    blobs.grantReadWrite(draft);
    if (workflows.some(hasWaits)) blobs.grantAnswers(draft);
    allowExecutions(this, draft, workflows);
    const created = new lambda.Function(this, 'Function', {
      ...NODE_FUNCTION,
      description: DESCRIPTION,
      code: lambda.Code.fromAsset(folder),
      memorySize: 512,
      timeout: Duration.seconds(FUNCTION_SECONDS),
      logGroup,
      role: draft.create(this, { assumedBy: LAMBDA }),
      environment: {
        ...NODE_ENVIRONMENT,
        ...blobs.environment,
        [MACHINES_VARIABLE]: stateMachineArnPrefix(this),
      },
    });
    trace(created);
    return created;
  }

  private createApi(
    workflows: readonly Workflow[],
    authorizer: apigateway.IHttpRouteAuthorizer,
    cors: apigateway.CorsPreflightOptions | undefined,
  ): apigateway.HttpApi {
    const api = new apigateway.HttpApi(this, 'Api', {
      description: DESCRIPTION,
      createDefaultStage: false,
      ...(cors && { corsPreflight: { ...CORS, ...cors } }),
    });
    // Every route calls the function: one permission is enough.
    const integration = new HttpLambdaIntegration('Function', this.function, { scopePermissionToRoute: false });
    this.routes = routesFor(workflows).flatMap(({ path, methods }) =>
      api.addRoutes({ path, methods: methods.map((method) => apigateway.HttpMethod[method]), integration, authorizer }),
    );
    return api;
  }
}

/** What a web page may send and read, as the routes have it. */
const CORS: apigateway.CorsPreflightOptions = {
  allowMethods: [...new Set(Object.values(ROUTES).map(({ method }) => apigateway.CorsHttpMethod[method]))],
  allowHeaders: [
    ...['authorization', 'content-type', 'x-amz-date', 'x-amz-security-token'],
    ...Object.values(ROUTES).flatMap(({ headers }) => Object.keys(headers.shape)),
  ],
  exposeHeaders: ['location', 'retry-after'],
};

/** The kind of an authorizer. @throws WorkflowError for one that lets everybody through */
function authorizationOf(api: Construct, authorizer: apigateway.IHttpRouteAuthorizer): Authorization {
  const authorizationType = 'authorizationType' in authorizer ? authorizer.authorizationType : undefined;
  if (authorizationType === 'NONE')
    throw new WorkflowError(
      api,
      'Anybody could start flows and read their results; give the API an authorizer, or leave it out for that of IAM',
    );
  return authorizationType === 'JWT' || authorizationType === 'AWS_IAM' ? authorizationType : 'CUSTOM';
}

/** Paths with their methods; those of flows in subfolders where there are any. */
function routesFor(workflows: readonly Workflow[]): readonly { path: string; methods: readonly Route['method'][] }[] {
  const all: readonly Route[] = Object.values(ROUTES);
  const withMethods = (path: string, routes: readonly Route[]) => ({
    path,
    methods: [...new Set(routes.map(({ method }) => method))],
  });
  const paths = [...new Set(all.map(({ path }) => path))].reverse();
  const own = paths.map((path) =>
    withMethods(
      path,
      all.filter((route) => route.path === path),
    ),
  );
  const hasFolders = workflows.some(({ flowName }) => flowName.includes('/'));
  const ofFlows = all.filter(({ path }) => path.startsWith('/flows/'));
  return hasFolders ? [...own, withMethods(IN_FOLDERS, ofFlows)] : own;
}

const here = fileURLToPath(import.meta.url);
const SOURCE = join(dirname(here), `../../lambdas/_system/api${extname(here)}`);

/** Bundles the API's function into an empty `folder`. What only some requests need is in files that are loaded then. */
function bundleApi(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  buildSync({
    entryPoints: { index: SOURCE },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    ...FUNCTION_BUILD,
  });
}

/** Writes what is known of the flows at synthesis: a file that the function reads when it starts, and one of each flow. */
function writeFlows(folder: string, workflows: readonly Workflow[]): void {
  const flows = workflows.map((workflow, at) => {
    const details = `flow-${at}.json`;
    const { compiled, flowName, stateMachineName } = workflow;
    writeFileSync(join(folder, details), JSON.stringify(detailsOf(compiled)));
    const facts: ApiFlow = { stateMachineName, ...factsOf(compiled), details };
    return [flowName, facts];
  });
  writeFileSync(join(folder, FLOWS_FILE), JSON.stringify(Object.fromEntries(flows)));
}

/** The prefix of the ARNs of all state machines in this account and region. */
const stateMachineArnPrefix = (api: Construct): string => stateMachineArn(api, '');

/** An Express flow is waited for: one that waits longer itself is never answered with its result. */
function warnOfLongWait(workflow: Workflow): void {
  const { type, flow } = workflow.compiled;
  const seconds = type === 'EXPRESS' && flow ? longestWait(flow) : 0;
  if (seconds <= RESULT_SECONDS) return;
  Annotations.of(workflow).addWarningV2(
    'stepflow-aws:express-answer',
    `The Express flow "${workflow.flowName}" may wait for ${seconds} s, and the API waits ${RESULT_SECONDS} s for its result; let it wait for less, or set its metadata.aws.type to STANDARD`,
  );
}

function commonBlobs(api: Construct, workflows: readonly Workflow[]): BlobStore {
  const [first, ...others] = workflows;
  if (!first) throw new WorkflowError(api, 'The API has no flows; give it at least one Workflow');
  const other = others.find(({ blobs }) => blobs !== first.blobs);
  if (!other) return first.blobs;
  const pair = `"${first.flowName}" and "${other.flowName}"`;
  throw new WorkflowError(
    api,
    `The flows ${pair} have different blob stores; create a separate WorkflowApi for each store`,
  );
}

function refuseDuplicateNames(api: Construct, workflows: readonly Workflow[]): void {
  const names = workflows.map(({ flowName }) => flowName);
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate === undefined) return;
  throw new WorkflowError(api, `Two flows are called "${duplicate}"; give one of them a different \`flowName\``);
}

/** The function calls Step Functions in its own account and region. */
function refuseOtherEnvironments(api: Construct, workflows: readonly Workflow[]): void {
  const here = Stack.of(api).environment;
  const other = workflows.find((workflow) => Stack.of(workflow).environment !== here);
  if (!other) return;
  const there = Stack.of(other).environment;
  throw new WorkflowError(
    api,
    `The flow "${other.flowName}" is deployed to ${there}, and the API to ${here}; create a WorkflowApi for that flow there`,
  );
}

/** Each request is logged as a line of JSON. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTime',
    caller: '$context.identity.userArn',
    subject: '$context.authorizer.claims.sub',
    principal: '$context.authorizer.principalId',
    ip: '$context.identity.sourceIp',
    routeKey: '$context.routeKey',
    path: '$context.path',
    status: '$context.status',
    error: '$context.integrationErrorMessage',
  }),
);

/** The default stage, which adds no segment to the URL, with an access log. */
function createStage(
  scope: Construct,
  httpApi: apigateway.HttpApi,
  { throttle = {}, ...log }: LogOptions & { readonly throttle: apigateway.ThrottleSettings | undefined },
): void {
  const logGroup = sharedLogGroup(scope, 'requests', log);
  new apigateway.HttpStage(scope, 'Stage', {
    httpApi,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: 100, burstLimit: 200, ...throttle },
    accessLogSettings: { destination: new apigateway.LogGroupLogDestination(logGroup), format: ACCESS_LOG },
  });
}
