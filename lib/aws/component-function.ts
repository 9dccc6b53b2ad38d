import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AssetHashType, Aws, DockerImage, Duration, type RemovalPolicy, Tags, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { DEFAULT_MEMORY_MB } from '../project/components/requirements.ts';
import { COMPONENTS_VARIABLE } from '../protocol/call-component.ts';
import { PRIVATE_HOSTS_VARIABLE } from '../protocol/private-hosts.ts';
import { DEFAULT_SECONDS, QUOTAS } from '../protocol/quotas.ts';
import { METRICS_VARIABLE } from '../runtime/embedded-metrics.ts';
import { LOG_LEVEL_VARIABLE } from '../runtime/logger.ts';
import { SECRETS_VARIABLE } from '../runtime/secrets/secrets.ts';
import { FILES_VARIABLE } from '../runtime/stores/files.ts';
import type { StoreUse } from '../runtime/stores/store-use.ts';
import type { BlobStore } from './blob-store.ts';
import { privateHostsOf } from './context-values.ts';
import { type Environment, refuseLongEnvironment, roomIn, withNodeOptions } from './function-environment.ts';
import type { FunctionOptions } from './function-options.ts';
import { allowReading, type FunctionSecret, secretLocations } from './function-secrets.ts';
import { type FunctionTable, fixedName, functionTable } from './function-table.ts';
import { type LogOptions, logsOf, sharedLogGroup } from './log-groups.ts';
import { publishVersion } from './published-version.ts';
import { renewRights } from './renewed-rights.ts';
import { markAsPart, retain } from './retained.ts';
import { RoleDraft } from './role-draft.ts';

/** Properties of a {@link ComponentFunction}. */
export interface ComponentFunctionProps {
  /** The component's path, e.g. `/user/load`. */
  readonly component: string;
  /** The folder of its bundle: `index.mjs` and the files that it imports. */
  readonly bundle: string;
  /** The store of its large values. */
  readonly blobs: BlobStore;
  /**
   * The description of the function.
   * @default - the component's path
   */
  readonly description?: string;
  /**
   * MB of memory, 128 to 10,240; Lambda allocates CPU in proportion.
   * @default 512
   */
  readonly memorySize?: number;
  /**
   * Seconds that the component itself may take. The function's timeout is longer, so that the wrapper can report the timeout.
   * @default 60
   */
  readonly timeout?: number;
  /**
   * How many calls at once Lambda reserves for it; it never has more.
   * @default - none: all functions of the account share its concurrency
   */
  readonly reservedConcurrency?: number;
  /**
   * What it uses of the store besides blobs.
   * @default - nothing
   */
  readonly uses?: readonly StoreUse[];
  /**
   * The secret variables that it reads, by name.
   * @default - none
   */
  readonly secrets?: { readonly [name: string]: FunctionSecret };
  /**
   * Files that are deployed with it: absolute paths by the paths that the flow uses.
   * @default - none
   */
  readonly files?: { readonly [path: string]: string };
  /**
   * S3 objects that it reads, other than blobs: `s3://bucket/key`.
   * @default - none
   */
  readonly objects?: readonly string[];
  /**
   * The functions that it invokes directly, by the paths of their components: for flows that are only known at run time.
   * @default - none
   */
  readonly calls?: ReadonlyMap<string, ComponentFunction>;
  /**
   * Options that take precedence over what the component declares.
   * @default - none
   */
  readonly options?: FunctionOptions;
  /**
   * How its logs are kept, in a log group that the functions of the stack share.
   * @default - for a month
   */
  readonly log?: LogOptions;
  /**
   * What happens to the function, its versions and its role where a later deployment has no use for them.
   * @default RemovalPolicy.RETAIN - running executions may need them; `stepflow prune` deletes them
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** The folder of the files that are deployed with a function, relative to the function's root. */
const FILES_FOLDER = 'files';

/** Seconds that the wrapper gets, in addition to the component's own, to read, write and report. */
const WRAPPER_SECONDS = 10;

/** The function of one component: its bundle, and a least-privilege role. */
export class ComponentFunction extends Construct {
  /** The component's path, e.g. `/user/load`. */
  readonly component: string;
  readonly function: lambda.Function;
  /** The version of the function that this deployment publishes, which definitions name. */
  readonly version: lambda.CfnVersion;
  /** The functions that it invokes directly. */
  readonly calls: readonly ComponentFunction[];
  /** The function's timeout, in seconds. */
  readonly timeoutSeconds: number;
  /** The function's memory, in MB; undefined where it is only known at deployment. */
  readonly memoryMb: number | undefined;
  /** What it uses of the store besides blobs. */
  readonly uses: readonly StoreUse[];

  constructor(scope: Construct, id: string, props: ComponentFunctionProps) {
    super(scope, id);
    this.component = props.component;
    const { options = {} } = props;
    const { timeout = props.timeout ?? DEFAULT_SECONDS, reservedConcurrency = props.reservedConcurrency } = options;
    this.timeoutSeconds = Math.ceil(Math.min(QUOTAS.functionSeconds, timeout + WRAPPER_SECONDS));
    this.uses = props.uses ?? [];
    const memorySize = options.memorySize ?? props.memorySize ?? DEFAULT_MEMORY_MB;
    this.memoryMb = Token.isUnresolved(memorySize) ? undefined : memorySize;
    const retention = options.logRetention ?? props.log?.retention;
    const logGroup = sharedLogGroup(logsOf(this), 'functions', {
      ...props.log,
      retention,
      removalPolicy: props.removalPolicy,
    });
    const draft = this.draftRole(props, logGroup);
    const { environment, files } = this.environmentOf(props);
    this.function = new lambda.Function(this, 'Function', {
      ...NODE_FUNCTION,
      ...lambdaOptions(options),
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
      description: (props.description ?? `Component ${props.component}`).slice(0, QUOTAS.functionDescription),
      code: functionCode(props.bundle, props.files ?? {}, files),
      memorySize,
      timeout: Duration.seconds(this.timeoutSeconds),
      logGroup,
      role: draft.create(this, {
        assumedBy: LAMBDA,
        ...(options.permissionsBoundary && { permissionsBoundary: options.permissionsBoundary }),
      }),
      environment,
    });
    for (const [key, value] of Object.entries(options.tags ?? {})) Tags.of(this).add(key, value);
    trace(this.function);
    this.calls = [...new Set(props.calls?.values() ?? [])];
    retain(this, props.removalPolicy);
    markAsPart(this);
    this.version = publishVersion(this.function, { calls: this.calls, removalPolicy: props.removalPolicy });
    renewRights(this, props.removalPolicy);
  }

  /** Gives the function a name whose start, which is returned, is known before it is deployed. */
  fixName(): string {
    const { start, name } = fixedName(this);
    const resource = this.function.node.defaultChild;
    if (resource instanceof lambda.CfnFunction) resource.functionName = name;
    return start;
  }

  /** The variables of the function, and the files that they refer to. */
  private environmentOf(props: ComponentFunctionProps): { environment: Environment; files: FunctionTable['files'] } {
    const { secrets = {}, options = {} } = props;
    const privateHosts = privateHostsOf(this);
    const own = {
      ...NODE_ENVIRONMENT,
      ...props.blobs.environment,
      [FILES_VARIABLE]: FILES_FOLDER,
      ...(options.logLevel !== undefined && { [LOG_LEVEL_VARIABLE]: options.logLevel }),
      ...(options.metrics === false && { [METRICS_VARIABLE]: 'off' }),
      ...(Object.keys(secrets).length > 0 && { [SECRETS_VARIABLE]: secretLocations(this, secrets) }),
      ...(privateHosts !== undefined && { [PRIVATE_HOSTS_VARIABLE]: privateHosts }),
    };
    const others = withNodeOptions(own, options.environment ?? {});
    const room = roomIn(this, others);
    const table = props.calls && functionTable(this, props.calls, room);
    refuseLongEnvironment(this, others, room - (table?.size ?? 0));
    return {
      environment: { ...others, ...(table && { [COMPONENTS_VARIABLE]: table.variable }) },
      files: table?.files ?? {},
    };
  }

  private draftRole(props: ComponentFunctionProps, logGroup: LogGroup): RoleDraft {
    const draft = functionRoleDraft(this, logGroup);
    props.blobs.grantReadWrite(draft);
    for (const use of props.uses ?? []) props.blobs.grantUse(draft, use);
    for (const { secret } of Object.values(props.secrets ?? {})) allowReading(this, draft, secret);
    const objects = props.objects ?? [];
    draft.allow(['s3:GetObject'], ...objects.map((uri) => `arn:${Aws.PARTITION}:s3:::${objectName(uri)}`));
    grantInvokeVersions(draft, [...(props.calls?.values() ?? [])]);
    if (props.options?.vpc) draft.allow(NETWORK_INTERFACES, '*');
    return draft;
  }
}

/** What a function in a VPC needs, for which AWS names no resources. Source: "Giving Lambda functions access to resources in an Amazon VPC", AWS Lambda developer guide. */
const NETWORK_INTERFACES = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** The options that Lambda's own construct has, too. */
function lambdaOptions(
  options: FunctionOptions,
): Partial<lambda.FunctionOptions & Pick<lambda.FunctionProps, 'runtime'>> {
  const { architecture, runtime, ephemeralStorageSize, layers, vpc, vpcSubnets, securityGroups } = options;
  return {
    ...(architecture && { architecture }),
    ...(runtime && { runtime }),
    ...(ephemeralStorageSize && { ephemeralStorageSize }),
    ...(layers && { layers: [...layers] }),
    ...(vpc && { vpc }),
    ...(vpcSubnets && { vpcSubnets }),
    ...(securityGroups && { securityGroups: [...securityGroups] }),
  };
}

/** Allows `grantee` to call every version of the functions: a running execution calls those that its definition names. */
export function grantInvokeVersions(grantee: iam.IGrantable, functions: readonly ComponentFunction[]): void {
  if (functions.length === 0) return;
  const resourceArns = [...new Set(functions)].map((each) => `${each.function.functionArn}:*`);
  iam.Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns });
}

/** The object's name in an ARN: characters of a key that are wildcards in IAM are escaped. */
const objectName = (uri: string): string =>
  uri.slice('s3://'.length).replace(/[*?$]/g, (character) => `\${${character}}`);

/**
 * A function's code: its bundle, in {@link FILES_FOLDER} the files of the flow, by their paths from the flow's folder, and
 * files with the texts `generated`.
 */
function functionCode(
  bundle: string,
  files: { readonly [path: string]: string },
  generated: { readonly [name: string]: string },
): lambda.Code {
  const entries = Object.entries(files);
  const texts = Object.entries(generated);
  if (entries.length + texts.length === 0) return lambda.Code.fromAsset(bundle);
  const copyInto = (folder: string): true => {
    cpSync(bundle, folder, { recursive: true });
    for (const [name, text] of texts) writeFileSync(join(folder, name), text);
    for (const [path, file] of entries) {
      const target = join(folder, FILES_FOLDER, path);
      mkdirSync(dirname(target), { recursive: true });
      cpSync(file, target, { dereference: true });
    }
    return true;
  };
  return lambda.Code.fromAsset(bundle, {
    assetHashType: AssetHashType.OUTPUT,
    // Bundling happens locally; the image is required but never used.
    bundling: { image: DockerImage.fromRegistry('none'), local: { tryBundle: copyInto } },
  });
}

/** Properties that all functions of this package share. */
export const NODE_FUNCTION = {
  runtime: lambda.Runtime.NODEJS_24_X,
  architecture: lambda.Architecture.ARM_64,
  handler: 'index.handler',
} as const;

/** Stack traces in logs and executions show the lines of the source. */
export const NODE_ENVIRONMENT = { NODE_OPTIONS: '--enable-source-maps' } as const;

/** Who assumes the roles of functions. */
export const LAMBDA = new iam.ServicePrincipal('lambda.amazonaws.com');

/**
 * The permissions of every function: to write its log, where AWS's managed policy would allow it every log group of the
 * account, and to send traces.
 */
export function functionRoleDraft(scope: Construct, logGroup: LogGroup): RoleDraft {
  const draft = new RoleDraft(scope);
  logGroup.grantWrite(draft);
  draft.allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*');
  return draft;
}

/** Traces the function. The CDK's own property would give the role, which never changes, another policy. */
export function trace(traced: lambda.Function): void {
  const resource = traced.node.defaultChild;
  if (resource instanceof lambda.CfnFunction) resource.tracingConfig = { mode: lambda.Tracing.ACTIVE };
}
