import { Stack } from 'aws-cdk-lib';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { SecretLocations } from '../runtime/secrets/secrets.ts';

/**
 * A secret of Secrets Manager: any `secretsmanager.ISecret`. The interface is our own because the CDK's classes do not
 * satisfy its interfaces under TypeScript's `exactOptionalPropertyTypes`.
 */
export interface ReadableSecret {
  readonly secretArn: string;
  readonly secretFullArn?: string | undefined;
  grantRead(grantee: IGrantable): Grant;
}

/** A secret that a function reads. */
export interface FunctionSecret {
  readonly secret: ReadableSecret;
  /** Whether its text is JSON, which it is unless the variable is a string. */
  readonly json: boolean;
}

/** The complete ARN if it is known; else a partial ARN, which the secret's name makes unique. */
export const arnOf = ({ secretArn, secretFullArn }: ReadableSecret): string => secretFullArn ?? secretArn;

/** The value of the variable that tells a function where its secrets are: see `openSecrets`. */
export function secretLocations(scope: Construct, secrets: { readonly [name: string]: FunctionSecret }): string {
  const places: SecretLocations = Object.fromEntries(
    Object.entries(secrets).map(([name, { secret, json }]) => [name, { arn: arnOf(secret), ...(json && { json }) }]),
  );
  return Stack.of(scope).toJsonString(places);
}
