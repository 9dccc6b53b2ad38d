import { groupBy } from '../../compiler/passes/group-by.ts';
import { type Expression, literal } from '../../flow/expression.ts';
import type { Step } from '../../flow/flow.ts';
import type { Segment } from '../../protocol/path.ts';
import { withExpressions, withInput, withoutSteps } from '../changed-flow.ts';
import type { LintedFlow } from '../linted-flow.ts';
import { type InputRead, readsOf } from '../references.ts';
import type { Finding, Rule } from '../rule.ts';
import { meaningOf } from '../same-flow.ts';
import { hasWord, quoted } from '../words.ts';

export const singleItems: Rule = {
  code: 'single-items',
  severity: 'warning',
  finds: 'alike steps over items[0], items[1], … where a map, or a batch component, would do',
  guide: 'Batch Operations',
  why: 'Ten and more of them become a Map by themselves; fewer stay as many states, and none grows with the list.',
  find: (linted) => [...groupsOf(linted).values()].flatMap((group) => findingOf(linted, group) ?? []),
};

/** A step that works on one item of a list. */
interface ItemStep {
  readonly step: Step;
  readonly read: InputRead;
  readonly index: number;
  /** The name of the list. */
  readonly list: string;
  /** Where the list is from. */
  readonly from: string;
  /** What is read of the item; empty for all of it. */
  readonly part: readonly Segment[];
}

/** Steps by the list, and by all that they do with an item of it. */
function groupsOf(linted: LintedFlow): ReadonlyMap<string, readonly ItemStep[]> {
  const onItems = linted.flow.steps.flatMap((step) => {
    const items = readsOf(step).flatMap((read) => itemOf(step, read) ?? []);
    const [item] = items;
    if (!item || items.some((other) => other.index !== item.index || other.from !== item.from)) return [];
    const bare = items.reduce((left, { read }) => withInput(left, read.keys, literal(null, step.idSpan)), step);
    const parts = items.map(({ read, part }) => [read.keys, part]);
    return [{ item, does: JSON.stringify([meaningOf({ ...bare, id: '' }), item.from, parts]) }];
  });
  return groupBy(
    onItems,
    ({ does }) => does,
    ({ item }) => item,
  );
}

function itemOf(step: Step, read: InputRead): ItemStep | undefined {
  const { segments } = read.reference.path.path;
  const at = segments.findLastIndex((segment) => typeof segment === 'number');
  const index = segments[at];
  if (typeof index !== 'number' || read.isConditional) return undefined;
  const named = segments[at - 1];
  const { reference } = read;
  const list = typeof named === 'string' ? named : reference.kind === 'step' ? reference.step : '';
  const from = JSON.stringify([sourceOf(read), segments.slice(0, at)]);
  return { step, read, index, list, from, part: segments.slice(at + 1) };
}

const sourceOf = ({ reference }: InputRead): readonly string[] =>
  reference.kind === 'input'
    ? ['input']
    : [reference.kind, reference.kind === 'step' ? reference.step : reference.name];

const SINGLE = new Set(['single', 'one', 'item', 'each']);

function findingOf(linted: LintedFlow, group: readonly ItemStep[]): Finding | undefined {
  const [first, ...others] = group;
  if (!first || (new Set(group.map(({ index }) => index)).size < 2 && !isOneOfMany(linted, first))) return undefined;
  const { step, list, read } = first;
  const batch = batchOf(linted, step);
  const others_ = new Set(others.map((one) => one.step.id));
  const names = quoted(group.map((one) => one.step.id));
  return {
    span: read.reference.span,
    step: step.id,
    message:
      others.length > 0
        ? `${group.length} steps do the same to single items of "${list}": ${names}`
        : `Step "${step.id}" works on a single item of "${list}"`,
    help: `${batch ? `Give all items to ${batch}` : 'Give all items to one call of a component that takes a list'}, or run the component for each with /builtin/map and items: the whole list.`,
    ...(others.length > 0 && {
      // As one call for all of them.
      improve: (flow) =>
        withExpressions(withoutSteps(flow, others_), (one: Expression) =>
          one.kind === 'step' && others_.has(one.step) ? { ...one, step: step.id } : one,
        ),
    }),
  };
}

/** Whether the component is for single items by its name, or there is one for many: else the first may be all that is wanted. */
const isOneOfMany = (linted: LintedFlow, { step, part }: ItemStep): boolean =>
  part.length === 0 && (hasWord(step.component, SINGLE) || batchOf(linted, step) !== undefined);

const BATCH = new Set(['batch', 'bulk', 'all', 'many', 'multiple']);

/** A batch component of the same plugin that the flow uses. */
const batchOf = ({ flow }: LintedFlow, { component }: Step): string | undefined =>
  flow.steps
    .map((other) => other.component)
    .find((path) => path !== component && path.split('/')[1] === component.split('/')[1] && hasWord(path, BATCH));
