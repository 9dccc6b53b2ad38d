import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { FlowError } from '../../protocol/errors.ts';

let opened: SecretsManagerClient | undefined;

function ownClient(): SecretsManagerClient {
  opened ??= new SecretsManagerClient({});
  return opened;
}

/** Reads the text of a secret from AWS Secrets Manager, by its ARN or name. Throws RESOURCE_UNAVAILABLE if it cannot be read. */
export async function readSecret(id: string, client: SecretsManagerClient = ownClient()): Promise<string> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
    if (SecretString !== undefined) return SecretString;
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw unavailable(id, why, error);
  }
  throw unavailable(id, 'it is binary, not text');
}

const unavailable = (id: string, why: string, cause?: unknown): FlowError =>
  new FlowError(
    'RESOURCE_UNAVAILABLE',
    `the secret ${id} cannot be read (${why}); put its value there with \`aws secretsmanager put-secret-value\`, and let the function's role read it`,
    { cause },
  );
