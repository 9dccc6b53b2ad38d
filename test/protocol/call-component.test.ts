import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { COMPONENTS_VARIABLE, callFunctions } from '../../lib/protocol/call-component.ts';
import { lambdaInvoke } from '../../lib/runtime/lambda-client.ts';

const lambda = mockClient(LambdaClient);
beforeEach(() => lambda.reset());

const env = { [COMPONENTS_VARIABLE]: JSON.stringify({ '/user/load': 'load-function:7' }) };
const call = callFunctions(async () => lambdaInvoke(), env);
const invocation = { step: 'load', input: { id: 1 }, reads: ['$'] };

const answer = (payload: object, FunctionError?: string): void => {
  lambda.on(InvokeCommand).resolves({
    // The client's own type of bytes has methods that the call does not use.
    Payload: Buffer.from(JSON.stringify(payload)) as never,
    ...(FunctionError && { FunctionError }),
  });
};

describe('calling components as functions of AWS Lambda', () => {
  it('invokes the function of the component with the invocation, and answers its slots', async () => {
    answer({ $: 'Ada' });
    expect(await call('/user/load', invocation)).toEqual({ $: 'Ada' });
    const [sent] = lambda.commandCalls(InvokeCommand);
    expect(sent?.args[0].input.FunctionName).toBe('load-function:7');
    const payload = sent?.args[0].input.Payload;
    expect(JSON.parse(payload instanceof Uint8Array ? Buffer.from(payload).toString() : '')).toEqual(invocation);
  });

  it('finds the function in a file that is deployed with it', async () => {
    const root = mkdtempSync(join(tmpdir(), 'stepflow-function-'));
    writeFileSync(join(root, 'components.json'), JSON.stringify({ '/user/rate': 'rate-', '/user/load': 'load-' }));
    answer({ $: 'Ada' });
    const inFile = callFunctions(async () => lambdaInvoke(), {
      [COMPONENTS_VARIABLE]: 'components.json 0ab1c2d3 12,7',
      LAMBDA_TASK_ROOT: root,
    });
    await inFile('/user/load', invocation);
    expect(lambda.commandCalls(InvokeCommand)[0]?.args[0].input.FunctionName).toBe('load-0ab1c2d3:7');
    rmSync(root, { recursive: true });
  });

  it('fails by the name of the error that the function threw', async () => {
    answer({ errorType: 'INVALID_INPUT', errorMessage: 'no such user' }, 'Unhandled');
    await expect(call('/user/load', invocation)).rejects.toMatchObject({
      name: 'INVALID_INPUT',
      message: 'no such user',
    });
  });

  it('fails for a component that the function may not call', async () => {
    await expect(call('/user/lode', invocation)).rejects.toMatchObject({ name: 'COMPONENT_NOT_FOUND' });
    expect(lambda.commandCalls(InvokeCommand)).toHaveLength(0);
  });
});
