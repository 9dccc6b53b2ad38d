import type { DirectInvocation } from '../protocol/invocation.ts';
import { sha256 } from './stores/blobs.ts';

/** See `idempotencyKey` of `Context`. The number of the attempt is no part of it. */
export const idempotencyKeyOf = ({
  within,
  execution = '',
  step,
  iteration = '',
}: Pick<DirectInvocation, 'within' | 'execution' | 'step' | 'iteration'>): string =>
  sha256(JSON.stringify([within ?? execution, step, iteration]));
