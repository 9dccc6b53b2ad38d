import { SendTaskSuccessCommand, TaskDoesNotExist, TaskTimedOut } from '@aws-sdk/client-sfn';
import { answerKeyOf } from '../../runtime/waiting.ts';
import { isRunning, type Responded, type RespondRequest, type WaitingPage } from '../executions.ts';
import { Problem } from '../problem.ts';
import { executionEnded, outputFor, recordFor } from '../waiting/answers.ts';
import { askedIn, shownStep } from '../waiting/waiting-store.ts';
import { requireExecution } from './describe.ts';
import { type AwsServices, placeOf } from './services.ts';

/** The steps of an execution that wait for an answer. @throws Problem */
export async function waiting(services: AwsServices, name: string, written: string): Promise<WaitingPage> {
  const place = placeOf(services.flows, name, written);
  const { status = 'RUNNING' } = await requireExecution(services, place);
  const page = { id: place.id, flow: place.flow.name };
  if (!isRunning(status)) return { ...page, waiting: [] };
  const asked = await askedIn(await services.waiting(), place.executionArn, Date.now());
  const open = asked.filter(({ over }) => over === undefined);
  return { ...page, waiting: await Promise.all(open.map(({ record }) => shownStep(record, services.blobs))) };
}

/** Answers a step that waits. @throws Problem, also where it waits no more */
export async function respond(
  services: AwsServices,
  name: string,
  written: string,
  request: RespondRequest,
): Promise<Responded> {
  const place = placeOf(services.flows, name, written);
  const { status = 'RUNNING' } = await requireExecution(services, place);
  if (!isRunning(status)) throw executionEnded(request.step, place.id);
  const store = await services.waiting();
  const record = recordFor(await askedIn(store, place.executionArn, Date.now()), request);
  const output = await outputFor(record, request.answer, services.blobs);
  try {
    await services.sfn.send(new SendTaskSuccessCommand({ taskToken: record.token, output: JSON.stringify(output) }));
  } catch (error) {
    // Somebody else was faster, it timed out, or the branch that it is in has failed.
    if (error instanceof TaskTimedOut || error instanceof TaskDoesNotExist) throw justOver(request.step);
    throw error;
  }
  // Another attempt has another token: whatever it asks is not answered by this.
  await store.write(answerKeyOf(record), JSON.stringify({ answeredAt: new Date().toISOString() }));
  const { step, item } = { step: record.step, item: request.item };
  return { id: place.id, flow: place.flow.name, step, ...(item !== undefined && { item }) };
}

const justOver = (step: string): Problem =>
  new Problem(
    'NOT_WAITING',
    `Step "${step}" waits no more: it was answered, its time is over, or its branch has ended; ask the execution what waits`,
  );
