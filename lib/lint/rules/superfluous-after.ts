import { usesOf } from '../../compiler/analyse/uses.ts';
import { certainlyRead } from '../../compiler/passes/preceding.ts';
import { afterOf, type Flow, type Step } from '../../flow/flow.ts';
import { passes } from '../../protocol/truth.ts';
import { withoutAfter, withStep } from '../changed-flow.ts';
import type { LintedFlow } from '../linted-flow.ts';
import type { Finding, Rule } from '../rule.ts';

export const superfluousAfter: Rule = {
  code: 'superfluous-after',
  severity: 'warning',
  finds: 'a step in an `after` that orders nothing: it is waited for anyway, named twice, or skipped in every run',
  guide: 'Avoid False Dependencies',
  why: 'It costs nothing, but seems to say that the order would be another one without it.',
  mends: true,
  find: (linted) => linted.flow.steps.flatMap((step) => findingsOf(linted, step)),
};

function findingsOf(linted: LintedFlow, step: Step): readonly Finding[] {
  const { after = [] } = step;
  return after.flatMap(({ step: id, span }, at): readonly Finding[] => {
    const others = afterOf(step).filter((other) => other !== id);
    const isTwice = after.findIndex((one) => one.step === id) < at;
    const way = isTwice ? [] : wayTo(linted, step, id, others);
    const source = linted.steps.get(id);
    if (!way && !(source && isNeverRun(source))) return [];
    const reason = isTwice ? 'twice' : way ? 'waited for' : 'skipped';
    return [
      {
        span,
        step: step.id,
        ...MESSAGES[reason]({ step: step.id, id, way: way ?? [] }),
        ...(reason !== 'skipped' && {
          improve: (flow: Flow) => withStep(flow, step.id, (one) => withoutAfter(one, at)),
          fix: () => {
            const edit = linted.editor.removeItem(span);
            return edit && [edit];
          },
          // Each counts on the others that stand there.
          countsOn: [`after of ${linted.prefix}${step.id}`],
        }),
      },
    ];
  });
}

interface Named {
  readonly step: string;
  readonly id: string;
  /** The steps between the two, the nearest to the later one first. */
  readonly way: readonly string[];
}

const MESSAGES: {
  readonly [R in 'twice' | 'waited for' | 'skipped']: (named: Named) => Pick<Finding, 'message' | 'help'>;
} = {
  twice: ({ step, id }) => ({
    message: `Step "${step}" comes after "${id}", which its "after" names before`,
    help: `Name "${id}" once.`,
  }),
  'waited for': ({ step, id, way: [nearest] }) => ({
    message:
      nearest === undefined
        ? `Step "${step}" comes after "${id}", which it reads`
        : `Step "${step}" comes after "${id}", as does "${nearest}", which it waits for`,
    help: `Remove "${id}" from its "after": it waits for it anyway.`,
  }),
  skipped: ({ step, id }) => ({
    message: `Step "${step}" comes after "${id}", which is skipped in every run`,
    help: `Remove "${id}" from its "after", or the skipIf of "${id}".`,
  }),
};

/** Whether every run skips a step, at once. */
const isNeverRun = ({ skipIf }: Step): boolean => skipIf?.kind === 'literal' && passes(skipIf.value, 'skipIf');

/**
 * The steps between a step and an earlier one that it waits for in every run in which it runs, and wants, by what it reads or
 * by `others` of its `after`; undefined where there is no such way.
 */
function wayTo(
  { steps }: LintedFlow,
  step: Step,
  id: string,
  others: readonly string[],
): readonly string[] | undefined {
  const seen = new Set<string>();
  const open = [...readBy(step), ...others].map((first) => [first]);
  for (let way = open.pop(); way; way = open.pop()) {
    const last = way.at(-1) ?? '';
    if (last === id) return way.slice(0, -1);
    const next = seen.has(last) ? undefined : steps.get(last);
    seen.add(last);
    if (next) for (const before of waitedForBy(next)) open.push([...way, before]);
  }
  return undefined;
}

/** What a step reads whenever it runs. */
const readBy = ({ input, skipIf }: Step): readonly string[] => [
  ...certainlyRead(usesOf(input)),
  ...(skipIf ? certainlyRead(usesOf(skipIf, 'skipIf')) : []),
];

/** What has ended whenever a step has, or was skipped: one that is skipped waits for its `skipIf` alone. */
const waitedForBy = (step: Step): readonly string[] =>
  step.skipIf ? [...certainlyRead(usesOf(step.skipIf, 'skipIf'))] : [...readBy(step), ...afterOf(step)];
