import { describe, expect, it } from 'vitest';
import { componentRetry, startRetries, transportRetries } from '../../../../lib/compiler/emit/states/retry.ts';

describe('the retriers of a call', () => {
  it('are one for throttling and one for failures of the service', () => {
    const [throttling, service] = transportRetries;
    expect(throttling?.ErrorEquals).toContain('Lambda.TooManyRequestsException');
    expect(throttling).toMatchObject({ MaxDelaySeconds: 60, JitterStrategy: 'FULL' });
    // Three attempts, AWS's default.
    expect(service).toEqual({ ErrorEquals: expect.any(Array), IntervalSeconds: 2, JitterStrategy: 'FULL' });
    expect(service?.ErrorEquals).toEqual(
      expect.arrayContaining([
        'Lambda.ClientExecutionTimeoutException',
        'Lambda.ServiceException',
        'Lambda.AWSLambdaException',
        'Lambda.SdkClientException',
        'Lambda.Unknown',
        'Lambda.ResourceNotReadyException',
      ]),
    );
  });

  it('repeat no component that ran out of time or was killed', () => {
    const repeated = [...transportRetries, ...startRetries].flatMap(({ ErrorEquals }) => ErrorEquals);
    expect(repeated.filter((error) => !/^(Lambda|StepFunctions)\./.test(error))).toEqual([]);
  });

  it('of the start of a nested state machine are two as well', () => {
    expect(startRetries.map(({ ErrorEquals }) => ErrorEquals[0])).toEqual([
      'StepFunctions.ExecutionLimitExceeded',
      'StepFunctions.AWSStepFunctionsException',
    ]);
  });
});

describe('the retrier of a component', () => {
  it('limits the delays where they would grow beyond half a minute', () => {
    expect(componentRetry(5)).not.toHaveProperty('MaxDelaySeconds');
    expect(componentRetry(6)).toMatchObject({ MaxAttempts: 6, MaxDelaySeconds: 30 });
    expect(componentRetry(0)).toMatchObject({ MaxAttempts: 0 });
  });

  it('leaves out the number of attempts that AWS makes anyway', () => {
    expect(componentRetry(3)).not.toHaveProperty('MaxAttempts');
  });
});
