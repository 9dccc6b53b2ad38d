import type { Size } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { LogLevel } from '../runtime/logger.ts';

/** Options of the functions of components. What is not given is as the component declares it, or as the default says. */
export interface FunctionOptions {
  /**
   * MB of memory, 128 to 10,240; Lambda allocates CPU in proportion.
   * @default - what the component declares, else 512
   */
  readonly memorySize?: number;
  /**
   * Seconds that the component itself may take, at most 900. Fused chains take as long as their components declare.
   * @default - what the component declares, else 60
   */
  readonly timeout?: number;
  /**
   * The instruction set.
   * @default Architecture.ARM_64
   */
  readonly architecture?: lambda.Architecture;
  /**
   * A Node.js runtime.
   * @default Runtime.NODEJS_24_X
   */
  readonly runtime?: lambda.Runtime;
  /**
   * The space in `/tmp`, 512 MB to 10 GB.
   * @default - 512 MB
   */
  readonly ephemeralStorageSize?: Size;
  /**
   * Variables of the environment, besides the function's own. Their values can be read by whoever may describe the function:
   * give secrets as `secrets`.
   * @default - none
   */
  readonly environment?: { readonly [name: string]: string };
  /**
   * Layers, at most five.
   * @default - none
   */
  readonly layers?: readonly lambda.ILayerVersion[];
  /**
   * The VPC that the function is connected to. It needs a way to S3, Secrets Manager and Lambda there: a NAT gateway, or
   * endpoints.
   * @default - none
   */
  readonly vpc?: ec2.IVpc;
  /**
   * The subnets in the VPC.
   * @default - those with a way out
   */
  readonly vpcSubnets?: ec2.SubnetSelection;
  /**
   * The security groups in the VPC.
   * @default - one for each function
   */
  readonly securityGroups?: readonly ec2.ISecurityGroup[];
  /**
   * How many calls may run at once. They are taken from those of the account.
   * @default - as many as the account allows
   */
  readonly reservedConcurrency?: number;
  /**
   * The least severe entries of `ctx.logger` that are written.
   * @default 'debug'
   */
  readonly logLevel?: LogLevel;
  /**
   * Whether its calls write metrics into its log, which CloudWatch bills as metrics of the customer's own.
   * @default true
   */
  readonly metrics?: boolean;
  /**
   * How long its logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
  /**
   * The most that the function's role may be allowed.
   * @default - none
   */
  readonly permissionsBoundary?: iam.IManagedPolicy;
  /**
   * Tags of the function and its role.
   * @default - those of the stack
   */
  readonly tags?: { readonly [key: string]: string };
}

/** Options of functions: for all, and for those of single components, which take precedence option by option. */
export interface FunctionsOptions {
  /** @default - none */
  readonly defaults?: FunctionOptions;
  /**
   * By the paths of components, e.g. `/user/load`.
   * @default - none
   */
  readonly components?: { readonly [path: string]: FunctionOptions };
}
