import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { InvokeFunction } from '../protocol/call-component.ts';

/** Invokes functions through AWS Lambda. A separate module so that only a function that calls others loads the client. */
export function lambdaInvoke(client: Pick<LambdaClient, 'send'> = new LambdaClient()): InvokeFunction {
  return async (name, payload) => {
    const answer = await client.send(new InvokeCommand({ FunctionName: name, Payload: Buffer.from(payload) }));
    const text = answer.Payload ? Buffer.from(answer.Payload).toString('utf8') : 'null';
    return { payload: text, failed: answer.FunctionError !== undefined };
  };
}
