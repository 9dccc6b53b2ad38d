import { fieldsOf } from '../../compiler/analyse/builtins.ts';
import { formatPath } from '../../protocol/describe.ts';
import { withoutInput, withStep } from '../changed-flow.ts';
import { isStepRead, isWhole, readsOf } from '../references.ts';
import type { Rule } from '../rule.ts';
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
    linted.flow.steps.filter(callsOutside).flatMap((step) => {
      const reads = readsOf(step);
      const hasMore = (fieldsOf(step.input)?.length ?? 0) > 1;
      return reads.filter(isStepRead).flatMap((read) => {
        const { reference, keys, isConditional } = read;
        const source = linted.steps.get(reference.step);
        if (!source || !callsOutside(source) || isConditional || keys.length === 0) return [];
        const others = reads.filter((other) => other !== read && isStepRead(other));
        if (others.length > 0) return [];
        const taking = linted.takingOf(step, keys);
        const onlyWaits = taking === 'unknown' && isWhole(read) && hasMore && hasWord(String(keys.at(-1)), WAITING);
        if (taking !== 'not taken' && !onlyWaits) return [];
        const field = formatPath(keys);
        return [
          {
            span: reference.span,
            step: step.id,
            message: `The call of ${step.component} begins after that of ${source.component} has ended, but uses nothing of it`,
            help: `Remove "${field}" from the input of "${step.id}": then both calls are made at once.`,
            improve: (flow) => withStep(flow, step.id, (one) => withoutInput(one, keys)),
          },
        ];
      });
    }),
};
