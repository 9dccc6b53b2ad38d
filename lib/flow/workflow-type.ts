import { isObject } from '../runtime/json.ts';
import type { Flow } from './flow.ts';

/** Standard, unless `metadata.aws.type` says EXPRESS. */
export function workflowType({ metadata }: Pick<Flow, 'metadata'>): 'STANDARD' | 'EXPRESS' {
  const aws = isObject(metadata) ? metadata.aws : undefined;
  return isObject(aws) && String(aws.type).toUpperCase() === 'EXPRESS' ? 'EXPRESS' : 'STANDARD';
}
