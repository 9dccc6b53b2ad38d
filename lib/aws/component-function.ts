import { Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { DEFAULT_MEMORY_MB } from '../project/components/requirements.ts';
import { COMPONENTS_VARIABLE } from '../protocol/call-component.ts';
import { DEFAULT_SECONDS, QUOTAS } from '../protocol/quotas.ts';
import { SECRETS_VARIABLE } from '../runtime/secrets/secrets.ts';
import { FILES_VARIABLE } from '../runtime/stores/files.ts';
import { BLOBS_VARIABLE } from '../runtime/stores/open-store.ts';
import type { BlobStore } from './blob-store.ts';
import { FILES_FOLDER, functionCode } from './function-code.ts';
import { type FunctionSecret, secretPlaces } from './function-secrets.ts';

/** Properties of a {@link ComponentFunction}. */
export interface ComponentFunctionProps {
  /** The component's path, e.g. `/user/load`. */
  readonly component: string;
  /** The folder of its bundle: `index.mjs` and what that imports. */
  readonly bundle: string;
  /** Where its large values go. */
  readonly blobs: BlobStore;
  /**
   * What the component is for.
   * @default - the component's path
   */
  readonly description?: string;
  /**
   * MB of memory, 128 to 10,240; Lambda gives processor time in proportion.
   * @default 512
   */
  readonly memorySize?: number;
  /**
   * Seconds that the component itself may take; the function gets a little more, to say so by name.
   * @default 60
   */
  readonly timeout?: number;
  /**
   * The secret variables that it reads, by name.
   * @default - none
   */
  readonly secrets?: { readonly [name: string]: FunctionSecret };
  /**
   * Files that ship with it: from their paths as the flow writes them to where they are, absolute.
   * @default - none
   */
  readonly files?: { readonly [path: string]: string };
  /**
   * Objects of S3 that it reads: `s3://bucket/key`.
   * @default - none but blobs
   */
  readonly objects?: readonly string[];
  /**
   * The functions that it calls itself, by the paths of their components: for flows that are only known when it runs.
   * @default - none
   */
  readonly calls?: ReadonlyMap<string, ComponentFunction>;
  /**
   * How long its log is kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/** Seconds for the wrapper to read, to write and to report, beside the component's own. */
const WRAPPER_SECONDS = 10;

/** The function of one component: its bundle, a log group of its own, and a role that may do no more than it needs. */
export class ComponentFunction extends Construct {
  /** The component's path, e.g. `/user/load`. */
  readonly component: string;
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: ComponentFunctionProps) {
    super(scope, id);
    this.component = props.component;
    const secrets = Object.values(props.secrets ?? {});
    const logGroup = functionLogGroup(this, props.logRetention);
    this.function = new lambda.Function(this, 'Function', {
      ...NODE_FUNCTION,
      description: (props.description ?? `Component ${props.component}`).slice(0, QUOTAS.functionDescription),
      code: functionCode(props.bundle, props.files ?? {}),
      memorySize: props.memorySize ?? DEFAULT_MEMORY_MB,
      timeout: Duration.seconds(Math.min(QUOTAS.functionSeconds, (props.timeout ?? DEFAULT_SECONDS) + WRAPPER_SECONDS)),
      logGroup,
      role: functionRole(this, logGroup),
      environment: {
        ...NODE_ENVIRONMENT,
        [BLOBS_VARIABLE]: props.blobs.uri,
        [FILES_VARIABLE]: FILES_FOLDER,
        ...(secrets.length > 0 && { [SECRETS_VARIABLE]: secretPlaces(this, props.secrets ?? {}) }),
        ...(props.calls && { [COMPONENTS_VARIABLE]: functionNames(this, props.calls) }),
      },
    });
    props.blobs.grantReadWrite(this.function);
    for (const { secret } of secrets) secret.grantRead(this.function);
    this.grantReadObjects(props.objects ?? []);
    this.grantCalling([...(props.calls?.values() ?? [])]);
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

/** What tells a function which functions it may call: see `callFunctions`. */
const functionNames = (scope: Construct, calls: ReadonlyMap<string, ComponentFunction>): string =>
  Stack.of(scope).toJsonString(
    Object.fromEntries([...calls].map(([path, each]) => [path, each.function.functionName])),
  );

/** The objects by name: what is a wildcard to IAM is a plain character in a key. */
const objectName = (uri: string): string => uri.slice('s3://'.length).replace(/[*?$]/g, (mark) => `\${${mark}}`);

/** What all our functions have in common. */
export const NODE_FUNCTION = {
  runtime: lambda.Runtime.NODEJS_24_X,
  architecture: lambda.Architecture.ARM_64,
  handler: 'index.handler',
  tracing: lambda.Tracing.ACTIVE,
} as const;

/** Stack traces in logs and executions name the lines of the source. */
export const NODE_ENVIRONMENT = { NODE_OPTIONS: '--enable-source-maps' } as const;

/** A function's log group. Unlike the one that Lambda makes by itself, it ends with the stack, and its entries after a time. */
export const functionLogGroup = (
  scope: Construct,
  retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH,
): logs.LogGroup => new logs.LogGroup(scope, 'Log', { retention, removalPolicy: RemovalPolicy.DESTROY });

/** A function's role. AWS's managed policy would allow writing to every log group of the account. */
export function functionRole(scope: Construct, logGroup: logs.LogGroup): iam.Role {
  const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  return role;
}
