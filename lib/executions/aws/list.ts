import { type ExecutionListItem, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import type { ExecutionPage, ListedExecution, ListRequest } from '../executions.ts';
import { type AwsServices, findObservable } from './services.ts';

/** Executions in a page. */
const PAGE = 100;

/** Executions of a flow, the latest first. @throws Problem */
export async function list(
  { sfn, flows }: AwsServices,
  name: string,
  { status, limit = PAGE, token }: ListRequest,
): Promise<ExecutionPage> {
  const flow = findObservable(flows, name);
  const { executions = [], nextToken: next } = await sfn.send(
    new ListExecutionsCommand({
      stateMachineArn: flow.stateMachineArn,
      maxResults: limit,
      ...(status !== undefined && { statusFilter: status }),
      ...(token !== undefined && { nextToken: token }),
    }),
  );
  return { executions: executions.map((item) => listed(item, flow.name)), ...(next !== undefined && { next }) };
}

function listed(
  { name = '', executionArn = '', status = 'RUNNING', startDate, stopDate }: ExecutionListItem,
  flow: string,
): ListedExecution {
  return {
    ...{ id: name, flow, status },
    ...(startDate && { startedAt: startDate.toISOString() }),
    execution: {
      id: executionArn,
      ...(startDate && stopDate && { durationMs: stopDate.getTime() - startDate.getTime() }),
    },
  };
}
