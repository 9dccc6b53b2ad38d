import { QUOTAS } from '../../lib/protocol/quotas.ts';

/** Bytes that a function may answer with, less room for the envelope. */
export const LARGEST_ANSWER = QUOTAS.functionPayload - 791_456;
