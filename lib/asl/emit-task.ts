import { chainName } from '../flow/chain-name.ts';
import { linksOf, type PlannedStep } from '../plan/plan.ts';
import { linkTo } from '../runtime/values.ts';
import { ANSWER, callOf } from './call.ts';
import type { FlowEmitter, Place } from './emit-flow.ts';
import { closing, type Fresh } from './end.ts';
import { type Scope, templateOf } from './expressions.ts';
import { holdsValue } from './fixed-bytes.ts';
import { evaluated, type Jsonata, pick } from './jsonata.ts';
import { keysOfLink } from './places.ts';
import { componentRetry } from './retry.ts';
import type { Template } from './state-machine.ts';

type Payload = { [field: string]: Template };

/** Writes a step as a Task that calls its component's function, or that of the chain whose last step it is. */
export function emitTask(emitter: FlowEmitter, planned: PlannedStep, place: Place): string {
  const { name, chain, states, after } = place;
  const { step } = planned;
  const keys = emitter.keys(planned);
  const slots = answerOf(planned, keys);
  const fresh: Fresh = (id) => (id === step.id && keys.length > 0 ? slots : undefined);
  const retry = step.onError.action === 'retry' ? [componentRetry(step.onError.maxRetries)] : [];
  const catchers = emitter.catchers(planned, place);
  return states.add(name, {
    ...callOf(functionOf(planned), payloadOf(emitter, planned, place), retry),
    ...(catchers.length > 0 && { Catch: catchers }),
    ...('next' in after && emitter.assign(planned, chain, evaluated(slots))),
    ...closing(after, fresh),
  });
}

const functionOf = (planned: PlannedStep): string => chainName(linksOf(planned).map(({ step }) => step.component));

/** What is kept of an answer: that of a chain has more than anyone reads. */
const answerOf = ({ links }: PlannedStep, keys: readonly string[]): Jsonata => (links ? pick(ANSWER, keys) : ANSWER);

/** The `Invocation` of a step. */
function payloadOf(emitter: FlowEmitter, planned: PlannedStep, { chain }: Place): Payload {
  const keys = emitter.keys(planned);
  const { prefix } = emitter.frame;
  const { links = [] } = planned;
  const scope = scopeOfChain(emitter.scope(chain), links, prefix);
  const before = links.map((link) => linkPayload(link, keysOfLink(link), scope, prefix));
  return {
    ...linkPayload(planned, keys, scope, prefix),
    ...(keys.some(holdsValue) && { spillAbove: emitter.frame.budget.spillAbove(planned.step.id) }),
    ...(isCovered(planned.step) && { covered: true }),
    ...(before.length > 0 && { before }),
    execution: evaluated(emitter.execution(chain)),
  };
}

/** What each step of a chain has of its own. */
function linkPayload({ step, secrets }: PlannedStep, keys: readonly string[], scope: Scope, prefix: string): Payload {
  const { fused = [] } = step;
  return {
    step: `${prefix}${step.id}`,
    input: templateOf(step.input, scope),
    ...(keys.length > 0 && { reads: [...keys] }),
    ...(secrets.length > 0 && { secrets: [...secrets] }),
    ...(fused.length > 0 && { fused: fused.map((one) => ({ ...one, step: `${prefix}${one.step}` })) }),
  };
}

/** What is read of the steps before the last is put in by their function's wrapper. */
function scopeOfChain(scope: Scope, links: readonly PlannedStep[], prefix: string): Scope {
  const ids = new Set(links.map(({ step }) => step.id));
  return { ...scope, link: ({ step, path }) => (ids.has(step) ? linkTo(`${prefix}${step}`, path.text) : undefined) };
}

const isCovered = ({ onError }: PlannedStep['step']): boolean =>
  onError.action === 'useDefault' || onError.action === 'skip';
