import { Stack } from 'aws-cdk-lib';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { SecretLocations } from '../runtime/secrets/secrets.ts';

/**
 * A secret of Secrets Manager: any `secretsmanager.ISecret`, also where TypeScript's `exactOptionalPropertyTypes` tells
 * the CDK's own classes from its interfaces.
 */
export interface ReadableSecret {
  readonly secretArn: string;
  readonly secretFullArn?: string | undefined;
  grantRead(grantee: IGrantable): Grant;
}

/** A secret that a function reads. */
export interface FunctionSecret {
  readonly secret: ReadableSecret;
  /** Whether its text is JSON: where the variable is no string. */
  readonly json: boolean;
}

/** The complete ARN where it is known; else that of all secrets of the name, of which there is one. */
export const arnOf = ({ secretArn, secretFullArn }: ReadableSecret): string => secretFullArn ?? secretArn;

/** What tells a function where its secrets are: see `openSecrets`. */
export function secretPlaces(scope: Construct, secrets: { readonly [name: string]: FunctionSecret }): string {
  const places: SecretLocations = Object.fromEntries(
    Object.entries(secrets).map(([name, { secret, json }]) => [name, { arn: arnOf(secret), ...(json && { json }) }]),
  );
  return Stack.of(scope).toJsonString(places);
}
