import { RedriveExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { type Described, isRunning } from '../executions.ts';
import { describeFound, PAUSES, requireExecution } from './describe.ts';
import { type AwsServices, placeOf } from './services.ts';

/** Stops an execution; one that has ended stays as it is. @throws Problem */
export async function stop(services: AwsServices, name: string, written: string, reason?: string): Promise<Described> {
  const place = placeOf(services.flows, name, written);
  const { executionArn } = place;
  let found = await requireExecution(services, place);
  if (!isRunning(found.status ?? 'RUNNING')) return describeFound(services, place, found);
  const cause = reason ?? 'the execution was stopped';
  await services.sfn.send(new StopExecutionCommand({ executionArn, error: 'CANCELLED', cause }));
  // What Step Functions answers right afterwards may be what was before.
  for (const ms of PAUSES) {
    found = await requireExecution(services, place);
    if (!isRunning(found.status ?? 'RUNNING')) break;
    await services.pause(ms);
  }
  return describeFound(services, place, found);
}

/** Continues an execution from where it failed, was stopped or timed out. @throws Problem */
export async function redrive(services: AwsServices, name: string, written: string): Promise<Described> {
  const place = placeOf(services.flows, name, written);
  const { executionArn, flow, id } = place;
  await requireExecution(services, place);
  await services.sfn.send(new RedriveExecutionCommand({ executionArn }));
  return { id, flow: flow.name, status: 'RUNNING', execution: { id: executionArn } };
}
