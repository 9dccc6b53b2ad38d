/** What kept AWS from answering, and what to do about it, as sentences. */
export interface AwsProblem {
  readonly message: string;
  readonly help: string;
}

/** Names under which the SDK says that it has no credentials, or none that are valid. */
const NO_CREDENTIALS = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
]);

/** Names under which Step Functions says that it does not know what it was asked for. */
const UNKNOWN = new Set(['ExecutionDoesNotExist', 'StateMachineDoesNotExist', 'InvalidArn', 'ResourceNotFound']);

/** The command that AWS was asked by. */
export interface AskedBy {
  readonly command: string;
  /** The page of the documentation with the permissions that it needs. */
  readonly page: string;
}

/** What an error of AWS, or of what this package finds there, says to users; undefined if it is a fault. */
export function awsProblem(error: unknown, { command, page }: AskedBy): AwsProblem | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message } = error;
  // What this package finds itself says what to do.
  if ('help' in error) return { message, help: String(error.help) };
  if (NO_CREDENTIALS.has(name)) return noCredentials(message);
  if (message.includes('Region is missing'))
    return {
      message: 'no region of AWS is set',
      help: 'set AWS_REGION, such as AWS_REGION=eu-west-1, or a region in the profile',
    };
  if (/^AccessDenied/.test(name))
    return { message, help: `let your role do that; ${page} lists the permissions that ${command} needs` };
  if (UNKNOWN.has(name))
    return { message, help: 'check the ARN, and that the credentials of this shell are those of its account' };
  if (name === 'StateMachineTypeNotSupported')
    return {
      message: 'it is an Express workflow, of whose executions Step Functions keeps no history',
      help: 'measure the flow on this machine, with profile FLOW --local, or deploy it as Standard for the measurement',
    };
  // What the SDK throws: a refusal of AWS has metadata, and a connection that fails a code of the system.
  if ('$metadata' in error || 'code' in error || name === 'TimeoutError' || name === 'ValidationError')
    return {
      message: `AWS did not answer as asked: ${name}: ${message}`,
      help: `check the region, the network and what the message says, then call ${command} again; nothing is half done`,
    };
  return undefined;
}

const noCredentials = (message: string): AwsProblem => ({
  message: `AWS accepts no credentials of this shell (${message})`,
  help:
    process.env.AWS_PROFILE === undefined
      ? 'sign in, such as with "aws sso login", or set AWS_PROFILE'
      : `sign in with the profile "${process.env.AWS_PROFILE}", such as with "aws sso login", or set AWS_PROFILE to another one`,
});
