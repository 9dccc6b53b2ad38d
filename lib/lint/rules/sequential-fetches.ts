import { fieldsOf, inputField } from '../../compiler/analyse/builtins.ts';
import type { Step } from '../../flow/flow.ts';
import { formatPath } from '../../protocol/describe.ts';
import { withoutAfter, withoutInput, withStep } from '../changed-flow.ts';
import type { LintedFlow } from '../linted-flow.ts';
import { isStepRead, isWhole, readsOf } from '../references.ts';
import type { Finding, Rule } from '../rule.ts';
import { callsOutside, hasWord } from '../words.ts';

/** Words in the name of a field that is there to make its step wait: of a component without a schema, only the name says it. */
const WAITING = new Set([
  ...['after', 'before', 'prev', 'previous', 'prior', 'then', 'wait', 'waits', 'sequence', 'trigger'],
  ...['depends', 'dependency', 'dependencies', 'requires', 'done', 'ready'],
]);

export const sequentialFetches: Rule = {
  code: 'sequential-fetches',
  severity: 'warning',
  finds: 'calls of the outside (http, fetch, load, openai) one after another that no data ties',
  guide: 'Parallel Data Fetching',
  why: 'Each such call waits for a network; side by side, they take as long as the slowest.',
  find: (linted) =>
    linted.flow.steps.filter(callsOutside).flatMap((step) => [...passedOn(linted, step), ...onlyAfter(linted, step)]),
};

/** The calls that a step waits for because of a value that it does not use. */
function passedOn(linted: LintedFlow, step: Step): readonly Finding[] {
  const reads = readsOf(step);
  const hasMore = (fieldsOf(step.input)?.length ?? 0) > 1;
  return reads.filter(isStepRead).flatMap((read) => {
    const { reference, keys, isConditional } = read;
    const source = linted.steps.get(reference.step);
    if (!source || !callsOutside(source) || isConditional || keys.length === 0) return [];
    const others = reads.filter((other) => other !== read && isStepRead(other));
    if (others.length > 0 || step.after) return [];
    const taking = linted.takingOf(step, keys);
    const onlyWaits = taking === 'unknown' && isWhole(read) && hasMore && hasWord(String(keys.at(-1)), WAITING);
    if (taking !== 'not taken' && !onlyWaits) return [];
    const field = formatPath(keys);
    return [
      {
        span: reference.span,
        step: step.id,
        message: oneAfterAnother(step, source),
        help: `Remove "${field}" from the input of "${step.id}": then both calls are made at once.`,
        improve: (flow) => withStep(flow, step.id, (one) => withoutInput(one, keys)),
      },
    ];
  });
}

/** The calls that a step waits for because of its `after` alone, where neither of the two is known to change anything. */
function onlyAfter(linted: LintedFlow, step: Step): readonly Finding[] {
  const { after = [], skipIf } = step;
  if (skipIf || changesSomething(step) || readsOf(step).some(isStepRead) || after.length > 1) return [];
  return after.flatMap(({ step: id, span }, at): readonly Finding[] => {
    const source = linted.steps.get(id);
    if (!source || !callsOutside(source) || changesSomething(source)) return [];
    return [
      {
        span,
        step: step.id,
        message: oneAfterAnother(step, source),
        help: `Remove "${id}" from the "after" of "${step.id}": then both calls are made at once. If "${id}" changes something that "${step.id}" depends on, say so in a comment that silences this.`,
        improve: (flow) => withStep(flow, step.id, (one) => withoutAfter(one, at)),
      },
    ];
  });
}

const oneAfterAnother = (step: Step, source: Step): string =>
  `The call of ${step.component} begins after that of ${source.component} has ended, but uses nothing of it`;

/** Whether a step makes a request that may change something outside, as far as that is written. */
function changesSomething(step: Step): boolean {
  const method = inputField(step, 'method');
  const isRead = method === undefined || (method.kind === 'literal' && /^(?:get|head)$/i.test(String(method.value)));
  return !isRead || hasWord(step.component, CHANGING);
}

const CHANGING = new Set(['post', 'put', 'patch', 'delete']);
