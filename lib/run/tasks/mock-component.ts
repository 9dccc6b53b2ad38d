import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Behaviour } from '../../flow/schema/mock-behaviour.ts';
import { FlowError, SkipStep, withoutFrames } from '../../protocol/errors.ts';
import type { Json } from '../../protocol/json.ts';
import { component } from '../../runtime/component.ts';
import { type Handler, wrap } from '../../runtime/wrapper.ts';
import type { MockSelector } from './mocks.ts';

/** The mock of the component at `path` in a step: a component with the same wrapper as a real one. */
export function mockHandler(step: string, path: string, mocks: MockSelector): Handler {
  const mock = component(
    { description: `stands in for ${path}`, input: z.json(), output: z.json() },
    async (input, { signal }) => behave(mocks.select(step, path, input), step, signal),
  );
  return wrap(mock, { store: () => unused(path) });
}

async function behave(behaviour: Behaviour | undefined, step: string, signal: AbortSignal): Promise<Json> {
  if (behaviour === undefined) throw withoutFrames(new FlowError('UNREACHABLE', `step "${step}" failed`));
  const { outcome, result, error, seconds } = behaviour;
  if (seconds !== undefined) await sleep(seconds * 1000, undefined, { signal });
  if (outcome === 'skipped') throw new SkipStep('its mock says so');
  if (outcome !== 'failed' && !(outcome === undefined && error)) return result ?? null;
  const message = error?.message ?? `the mock of step "${step}" failed`;
  throw withoutFrames(new FlowError(error?.code ?? 'COMPONENT_FAILED', message));
}

function unused(path: string): never {
  throw new FlowError('ORCHESTRATOR_ERROR', `the mock of ${path} was called without a blob store`);
}
