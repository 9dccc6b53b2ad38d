import { describe, expect, it } from 'vitest';
import { componentRetry, transportRetry } from '../../../../lib/compiler/emit/states/retry.ts';

describe('a retrier', () => {
  it('of transport faults says no more than it has to, since each Task has it', () => {
    const { ErrorEquals, ...rest } = transportRetry;
    // The delays are 1, 2, 4, 8 and 16 seconds: no limit is needed.
    expect(rest).toEqual({ MaxAttempts: 5, JitterStrategy: 'FULL' });
    expect(ErrorEquals).toContain('Lambda.TooManyRequestsException');
  });

  it('limits the delays where they would grow beyond half a minute', () => {
    expect(componentRetry(5)).not.toHaveProperty('MaxDelaySeconds');
    expect(componentRetry(6)).toMatchObject({ MaxAttempts: 6, MaxDelaySeconds: 30 });
    expect(componentRetry(0)).toMatchObject({ MaxAttempts: 0 });
  });

  it('leaves out the number of attempts that AWS makes anyway', () => {
    expect(componentRetry(3)).not.toHaveProperty('MaxAttempts');
  });
});
