import { Stack } from 'aws-cdk-lib';
import { type Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { SecretLocations } from '../runtime/secrets/secrets.ts';
import type { RoleDraft } from './role-draft.ts';

/**
 * A secret of Secrets Manager: any `secretsmanager.ISecret`. The interface is our own because the CDK's classes do not
 * satisfy its interfaces under TypeScript's `exactOptionalPropertyTypes`.
 */
export interface ReadableSecret {
  readonly secretArn: string;
  readonly secretFullArn?: string | undefined;
  /** The key that encrypts it, if it is one of the customer. */
  readonly encryptionKey?: { readonly keyArn: string } | undefined;
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

/**
 * Allows a role to read a secret, and to decrypt it. What the CDK grants would name the role in the policy of the key, from which
 * a role of former versions would vanish, and the two would depend on each other. Source: "Secret encryption and decryption in
 * AWS Secrets Manager", AWS Secrets Manager user guide.
 */
export function allowReading(scope: Construct, draft: RoleDraft, secret: ReadableSecret): void {
  const { encryptionKey: key, secretFullArn, secretArn } = secret;
  if (!key) {
    secret.grantRead(draft);
    return;
  }
  // A partial ARN lacks the six characters that Secrets Manager adds to the name.
  const arn = secretFullArn ?? `${secretArn}-??????`;
  draft.allow(['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], arn);
  const service = `secretsmanager.${Stack.of(scope).region}.amazonaws.com`;
  draft.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': service } },
    }),
  );
}

/** The value of the variable that tells a function where its secrets are: see `openSecrets`. */
export function secretLocations(scope: Construct, secrets: { readonly [name: string]: FunctionSecret }): string {
  const places: SecretLocations = Object.fromEntries(
    Object.entries(secrets).map(([name, { secret, json }]) => [name, { arn: arnOf(secret), ...(json && { json }) }]),
  );
  return Stack.of(scope).toJsonString(places);
}
