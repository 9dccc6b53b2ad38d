import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Behaviour } from '../../flow/schema/mock-behaviour.ts';
import { FlowError, isErrorCode, SkipStep, withoutFrames } from '../../protocol/errors.ts';
import type { Json } from '../../protocol/json.ts';
import { component } from '../../runtime/component.ts';
import { type Handler, wrap } from '../../runtime/wrapper.ts';
import type { MockSelector } from './mocks.ts';

/** The mock of the component at `path` in a step: a component with the same wrapper as a real one. */
export function mockHandler(step: string, path: string, mocks: MockSelector): Handler {
  let fault: AwsFault | undefined;
  const remember = (error: unknown): never => {
    if (error instanceof AwsFault) fault = error;
    throw error;
  };
  const mock = component(
    { description: `stands in for ${path}`, input: z.json(), output: z.json() },
    async (input, { signal }) => behave(mocks.select(step, path, input), step, signal).catch(remember),
  );
  const handler = wrap(mock, { store: () => unused(path) });
  // A fault of AWS comes in place of an answer: the wrapper must not make it a failure of the component.
  // What a mock takes says nothing of the component.
  return (invocation, { measured: _, ...host } = {}) =>
    handler(invocation, host).catch((error: unknown) => {
      throw fault ?? error;
    });
}

/** An error by which AWS says that a function could not be called, or was ended. */
class AwsFault extends Error {
  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}

async function behave(behaviour: Behaviour | undefined, step: string, signal: AbortSignal): Promise<Json> {
  if (behaviour === undefined) throw withoutFrames(new FlowError('UNREACHABLE', `step "${step}" failed`));
  const { outcome, result, error, seconds } = behaviour;
  if (seconds !== undefined) await sleep(seconds * 1000, undefined, { signal });
  if (outcome === 'skipped') throw new SkipStep('its mock says so');
  if (outcome !== 'failed' && !(outcome === undefined && error)) return result ?? null;
  const { code = 'COMPONENT_FAILED', message = `the mock of step "${step}" failed` } = error ?? {};
  throw isErrorCode(code) ? withoutFrames(new FlowError(code, message)) : new AwsFault(code, message);
}

function unused(path: string): never {
  throw new FlowError('ORCHESTRATOR_ERROR', `the mock of ${path} was called without a blob store`);
}
