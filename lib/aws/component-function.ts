import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AssetHashType, Aws, DockerImage, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { DEFAULT_MEMORY_MB } from '../project/components/requirements.ts';
import { COMPONENTS_VARIABLE } from '../protocol/call-component.ts';
import { PRIVATE_HOSTS_VARIABLE } from '../protocol/private-hosts.ts';
import { DEFAULT_SECONDS, QUOTAS } from '../protocol/quotas.ts';
import { SECRETS_VARIABLE } from '../runtime/secrets/secrets.ts';
import { FILES_VARIABLE } from '../runtime/stores/files.ts';
import { BLOBS_VARIABLE } from '../runtime/stores/open-store.ts';
import type { BlobStore } from './blob-store.ts';
import { privateHostsOf } from './context-values.ts';
import { type FunctionSecret, secretLocations } from './function-secrets.ts';
import { fixedName, functionTable } from './function-table.ts';

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
   * How long its logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/** The folder of the files that are deployed with a function, relative to the function's root. */
const FILES_FOLDER = 'files';

/** Seconds that the wrapper gets, in addition to the component's own, to read, write and report. */
const WRAPPER_SECONDS = 10;

/** The function of one component: its bundle, its own log group, and a least-privilege role. */
export class ComponentFunction extends Construct {
  /** The component's path, e.g. `/user/load`. */
  readonly component: string;
  readonly function: lambda.Function;
  /** The function's timeout, in seconds. */
  readonly timeoutSeconds: number;

  constructor(scope: Construct, id: string, props: ComponentFunctionProps) {
    super(scope, id);
    this.component = props.component;
    this.timeoutSeconds = Math.ceil(
      Math.min(QUOTAS.functionSeconds, (props.timeout ?? DEFAULT_SECONDS) + WRAPPER_SECONDS),
    );
    const secrets = Object.values(props.secrets ?? {});
    const table = props.calls && functionTable(this, props.calls);
    const privateHosts = privateHostsOf(this);
    const logGroup = functionLogGroup(this, props.logRetention);
    this.function = new lambda.Function(this, 'Function', {
      ...NODE_FUNCTION,
      description: (props.description ?? `Component ${props.component}`).slice(0, QUOTAS.functionDescription),
      code: functionCode(props.bundle, props.files ?? {}, table?.files ?? {}),
      memorySize: props.memorySize ?? DEFAULT_MEMORY_MB,
      timeout: Duration.seconds(this.timeoutSeconds),
      ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
      logGroup,
      role: functionRole(this, logGroup),
      environment: {
        ...NODE_ENVIRONMENT,
        [BLOBS_VARIABLE]: props.blobs.uri,
        [FILES_VARIABLE]: FILES_FOLDER,
        ...(secrets.length > 0 && { [SECRETS_VARIABLE]: secretLocations(this, props.secrets ?? {}) }),
        ...(table && { [COMPONENTS_VARIABLE]: table.variable }),
        ...(privateHosts !== undefined && { [PRIVATE_HOSTS_VARIABLE]: privateHosts }),
      },
    });
    props.blobs.grantReadWrite(this.function);
    for (const { secret } of secrets) secret.grantRead(this.function);
    this.grantReadObjects(props.objects ?? []);
    this.grantCalling([...(props.calls?.values() ?? [])]);
  }

  /** Gives the function a name that is known before it is deployed. */
  fixName(): string {
    const name = fixedName(this);
    const resource = this.function.node.defaultChild;
    if (resource instanceof lambda.CfnFunction) resource.functionName = name;
    return name;
  }

  private grantCalling(called: readonly ComponentFunction[]): void {
    if (called.length === 0) return;
    const resourceArns = [...new Set(called)].map((each) => each.function.functionArn);
    iam.Grant.addToPrincipal({ grantee: this.function, actions: ['lambda:InvokeFunction'], resourceArns });
  }

  private grantReadObjects(objects: readonly string[]): void {
    if (objects.length === 0) return;
    const resourceArns = objects.map((uri) => `arn:${Aws.PARTITION}:s3:::${objectName(uri)}`);
    iam.Grant.addToPrincipal({ grantee: this.function, actions: ['s3:GetObject'], resourceArns });
  }
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
  tracing: lambda.Tracing.ACTIVE,
} as const;

/** Stack traces in logs and executions show the lines of the source. */
export const NODE_ENVIRONMENT = { NODE_OPTIONS: '--enable-source-maps' } as const;

/** A function's log group. Unlike the one that Lambda creates, it is deleted with the stack, and its entries expire. */
export const functionLogGroup = (
  scope: Construct,
  retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH,
): logs.LogGroup => new logs.LogGroup(scope, 'Log', { retention, removalPolicy: RemovalPolicy.DESTROY });

/** A function's role. AWS's managed policy would allow it to write to every log group of the account. */
export function functionRole(scope: Construct, logGroup: logs.LogGroup): iam.Role {
  const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  return role;
}
