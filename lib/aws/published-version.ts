import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { isObject } from '../protocol/json.ts';
import { nameByContent } from './named-by-content.ts';
import { retain } from './retained.ts';

/**
 * Properties of a function that its versions share. Everything else is part of a version. Source: "Lambda function versions",
 * AWS Lambda developer guide; tags, reserved concurrency and code signing are those of the function.
 */
const SHARED_BY_VERSIONS: ReadonlySet<string> = new Set([
  'CodeSigningConfigArn',
  'ReservedConcurrentExecutions',
  'Tags',
]);

/** Properties of a published version. */
export interface PublishedVersionProps {
  /** The functions whose versions are in the environment of the function. @default none */
  readonly calls?: readonly { readonly version: lambda.CfnVersion }[];
  /** What happens to it where a later deployment publishes another one. @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy | undefined;
}

/**
 * What tells a version from others when the app is synthesised: its logical id in its own stack. A stack that uses what a
 * nested stack gives calls it the same in all versions.
 */
export const versionIdOf = (version: lambda.CfnVersion): string => String(Stack.of(version).resolve(version.logicalId));

/**
 * Publishes a version of `fn` in each deployment that changes its code or configuration, and in no other: Lambda refuses to
 * publish what equals the latest version. Previous versions stay, for the executions whose definitions name them.
 * `Ref` of the version is the ARN that a definition names, `function:NAME:NUMBER`.
 */
export function publishVersion(
  fn: lambda.Function,
  { calls = [], removalPolicy }: PublishedVersionProps = {},
): lambda.CfnVersion {
  const version = new lambda.CfnVersion(fn, 'PublishedVersion', { functionName: fn.functionName });
  nameByContent(version, () => [versionedProperties(fn), calls.map((each) => versionIdOf(each.version))]);
  retain(version, removalPolicy);
  return version;
}

/** What a version of the function is a copy of. */
function versionedProperties(fn: lambda.Function): unknown {
  const resource = fn.node.defaultChild;
  if (!lambda.CfnFunction.isCfnFunction(resource)) return undefined;
  const { Resources: resources }: { Resources?: unknown } = Stack.of(fn).resolve(resource._toCloudFormation());
  const [definition] = isObject(resources) ? Object.values(resources) : [];
  const properties = isObject(definition) && isObject(definition.Properties) ? definition.Properties : {};
  const entries = Object.entries(properties).filter(([name]) => !SHARED_BY_VERSIONS.has(name));
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, withoutBucket(name, value)]);
}

/** The bucket of the app's assets may change; the code has the hash of its content as its key. */
const withoutBucket = (name: string, value: unknown): unknown =>
  name === 'Code' && isObject(value) ? { ...value, S3Bucket: undefined } : value;
