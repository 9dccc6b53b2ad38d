import { describe, expect, it } from 'vitest';
import { componentRetries, startRetries, transportRetries } from '../../../../lib/compiler/emit/states/retry.ts';
import type { Retrying } from '../../../../lib/flow/flow.ts';

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

describe('the retriers of a component', () => {
  const retries = (more: Partial<Retrying> = {}, isWhole = false) =>
    componentRetries({ action: 'retry', maxRetries: 3, ...more }, isWhole);

  it('are for all failures but faults in expressions, and leave out what AWS does anyway', () => {
    expect(retries()).toEqual([
      { ErrorEquals: ['EXPRESSION_FAILURE', 'States.QueryEvaluationError'], MaxAttempts: 0 },
      { ErrorEquals: ['States.ALL'], JitterStrategy: 'FULL' },
    ]);
    expect(retries({ maxRetries: 0 })[1]).toMatchObject({ MaxAttempts: 0 });
  });

  it('limit the delays where they would grow beyond half a minute, unless the flow says what they are', () => {
    expect(retries({ maxRetries: 5 })[1]).not.toHaveProperty('MaxDelaySeconds');
    expect(retries({ maxRetries: 6 })[1]).toMatchObject({ MaxAttempts: 6, MaxDelaySeconds: 30 });
    expect(retries({ maxRetries: 6, delay: 30, backoff: 1.5 })[1]).toEqual({
      ErrorEquals: ['States.ALL'],
      MaxAttempts: 6,
      IntervalSeconds: 30,
      BackoffRate: 1.5,
    });
    expect(retries({ maxRetries: 30, delay: 1 })[1]).toMatchObject({ MaxDelaySeconds: 86_400 });
  });

  it('are for some codes, with the errors that AWS has for them', () => {
    const on: Retrying['on'] = ['TIMEOUT', 'RESOURCE_UNAVAILABLE'];
    expect(retries({ on })[0]?.ErrorEquals).toEqual([
      'TIMEOUT',
      'States.Timeout',
      'Sandbox.Timedout',
      'RESOURCE_UNAVAILABLE',
      'Runtime.ExitError',
      'Runtime.OutOfMemory',
    ]);
    expect(retries({ on: ['COMPONENT_FAILED'] })[0]?.ErrorEquals).toEqual(['COMPONENT_FAILED']);
    // Of a step with states of its own, a call in it may have been throttled to the end.
    expect(retries({ on }, true)[0]?.ErrorEquals).toContain('Lambda.TooManyRequestsException');
  });
});
