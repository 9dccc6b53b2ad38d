import type { Reporter } from '../../diagnostics/diagnostics.ts';
import { Fields, type KeyHints } from '../text/fields.ts';
import { describe, type Tree } from '../text/tree.ts';
import { RESOURCE_NAMES } from './aws-names.ts';
import type { CompletionTarget } from './trigger.ts';

/** The kinds of targets, and what names each. */
const TARGETS = { topic: 'topicArn', queue: 'queueArn', bus: 'bus' } as const satisfies {
  readonly [K in CompletionTarget['kind']]: keyof typeof RESOURCE_NAMES;
};

/** The keys of a target, of which it has one. */
export const TARGET_KEYS = ['topic', 'queue', 'bus'] as const;

const FORM = '{ topic: ARN }, { queue: ARN } or { bus: NAME }';

const HINTS: KeyHints = new Map([
  ['sns', { instead: 'Write the ARN of the topic as "topic".', key: 'topic' }],
  ['sqs', { instead: 'Write the ARN of the queue as "queue".', key: 'queue' }],
  ['eventbus', { instead: 'Write the name or ARN of the event bus as "bus".', key: 'bus' }],
  ['flow', { instead: 'Let that flow have a trigger with the events of a bus: write the bus here.' }],
]);

/** Reads `metadata.aws.onSuccess` or `onFailure`: a target, or a list of them. */
export function readCompletion(key: string, tree: Tree | undefined, reporter: Reporter): readonly CompletionTarget[] {
  if (!tree || (tree.kind === 'scalar' && tree.value === null)) return [];
  const items = tree.kind === 'list' ? tree.items : [tree];
  return items.flatMap((item) => readTarget(key, item, reporter) ?? []);
}

function readTarget(key: string, tree: Tree, reporter: Reporter): CompletionTarget | undefined {
  const what = `"metadata.aws.${key}" of the flow`;
  if (tree.kind !== 'map') {
    reporter.report('wrong-type', { what, found: describe(tree), wanted: FORM }, tree.span);
    return undefined;
  }
  const fields = new Fields(tree, `"${key}"`, TARGET_KEYS, reporter, { hints: HINTS });
  const [kind, another] = TARGET_KEYS.filter((each) => fields.tree(each));
  if (kind === undefined || another !== undefined) {
    if (tree.entries.size > 0 && kind === undefined) return undefined;
    const problem = kind === undefined ? `A target of "${key}" is empty` : `A target of "${key}" has several keys`;
    reporter.report('bad-trigger', { problem, remedy: `Write ${FORM}, and a list for several.` }, tree.span);
    return undefined;
  }
  const to = fields.requiredString(kind);
  const { fits, wanted } = RESOURCE_NAMES[TARGETS[kind]];
  if (to === undefined || fits(to)) return to === undefined ? undefined : { kind, to };
  const problem = `"${to}" is not ${wanted}`;
  reporter.report('bad-trigger', { problem, remedy: `Write ${wanted}.` }, fields.tree(kind)?.span ?? tree.span);
  return undefined;
}
