import { FlowError } from '../../protocol/errors.ts';

/** Parses `s3://bucket/prefix`; a prefix that is not empty ends with a slash. */
export function parseLocation(location: string): { readonly Bucket: string; readonly prefix: string } {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/.exec(location);
  if (!match?.[1]) {
    throw new FlowError('ORCHESTRATOR_ERROR', `found "${location}" as the blob store, wanted s3://bucket/prefix`);
  }
  const path = match[2]?.replace(/\/+$/, '') ?? '';
  return { Bucket: match[1], prefix: path === '' ? '' : `${path}/` };
}
