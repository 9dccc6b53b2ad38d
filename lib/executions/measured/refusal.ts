/**
 * What AWS says where it does not answer a request: the name of the error, and its message.
 *
 * @throws the error itself, if it is not of the SDK
 */
export function refusalOf(error: unknown): string {
  // What the SDK throws: a refusal of AWS has metadata, and a connection that fails a code of the system.
  const isOfSdk = error instanceof Error && ('$metadata' in error || 'code' in error || error.name === 'TimeoutError');
  if (!isOfSdk) throw error;
  return `${error.name}: ${error.message}`;
}
