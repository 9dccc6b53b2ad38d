import type { Reporter } from '../../diagnostics/diagnostics.ts';
import { allWithin, type Expression } from '../expression.ts';
import { readExpression } from '../read/read-expression.ts';
import { Fields, type KeyHints, plainKey } from '../text/fields.ts';
import { describe, type MapTree, type Tree, toJson } from '../text/tree.ts';
import { readSources } from './read-sources.ts';
import { readSchedule, type Schedule } from './schedule.ts';
import { isTimezone, nearestTimezone } from './timezone.ts';
import { defaultInputPath, TRIGGER_KINDS, type Trigger } from './trigger.ts';

/** The keys of a trigger of each kind, besides the one that tells the kind. */
const COMMON = ['name', 'enabled', 'input'] as const;
const KEYS = {
  schedule: ['schedule', 'timezone', ...COMMON],
  s3: ['s3', 'filter', ...COMMON],
  event: ['event', 'filter', ...COMMON],
  queue: ['queue', 'batchSize', 'filter', ...COMMON],
} as const satisfies { readonly [K in Trigger['kind']]: readonly string[] };

/** All keys of triggers. */
export const TRIGGER_KEYS = [...TRIGGER_KINDS, 'timezone', 'batchSize', 'filter', ...COMMON] as const;

const FORMS = '{ schedule: rate(1 day) }, { s3: { bucket: NAME } }, { event: { source: NAME } } or { queue: NAME }';

/** What other tools call these. */
const HINTS: KeyHints = new Map(
  (
    [
      ['cron', 'schedule', 'Write it as "schedule: cron(…)".'],
      ['rate', 'schedule', 'Write it as "schedule: rate(…)".'],
      ['at', 'schedule', 'Write it as "schedule: at(…)".'],
      ['sqs', 'queue', 'Write the name or ARN of the queue as "queue".'],
      ['eventbridge', 'event', 'Write { source, detailType, detail } as "event".'],
      ['bucket', 's3', 'Write it inside "s3": s3: { bucket: NAME }.'],
      ['tz', 'timezone', 'Write the name of the time zone as "timezone".'],
      ['transform', 'input', 'Write the flow\'s input as "input": { $input: PATH } there reads the event.'],
      ['inputtransformer', 'input', 'Write the flow\'s input as "input": { $input: PATH } there reads the event.'],
      ['disabled', 'enabled', 'Write enabled: false.'],
    ] as const
  ).map(([written, key, instead]) => [plainKey(written), { key, instead }] as const),
);

/** SQS gives at most so many messages at once to a pipe without a batching window. */
const MOST_MESSAGES = 10;

/** The number of triggers that a flow may have: each is several resources of a stack. */
const MOST_TRIGGERS = 20;

/** Names become parts of the names of executions, before the id of an event: together these have 80 characters. */
const NAME = /^[A-Za-z0-9_-]{1,30}$/;

/** Reads `metadata.aws.triggers`. What is wrong is reported, and left out. */
export function readTriggers(tree: Tree, reporter: Reporter): readonly Trigger[] {
  const wanted = `a list of triggers: ${FORMS}`;
  if (tree.kind === 'scalar' && tree.value === null) return [];
  if (tree.kind !== 'list') {
    reporter.report(
      'wrong-type',
      { what: '"metadata.aws.triggers" of the flow', found: describe(tree), wanted },
      tree.span,
    );
    return [];
  }
  const tooMany = tree.items[MOST_TRIGGERS];
  if (tooMany) {
    const problem = `The flow has more than ${MOST_TRIGGERS} triggers`;
    const remedy = 'Let several sources write to one queue, or start it with the events of one bus.';
    reporter.report('bad-trigger', { problem, remedy }, tooMany.span);
  }
  const taken = new Map<string, number>();
  return tree.items.flatMap((item) => {
    const trigger = readTrigger(item, reporter);
    return trigger ? [named(trigger, item, taken, reporter)] : [];
  });
}

/** A trigger without a name has that of its kind, the second one with a 2. */
function named(trigger: Trigger, tree: Tree, taken: Map<string, number>, reporter: Reporter): Trigger {
  const { span } = tree;
  if (trigger.name === '') {
    let count = 1;
    const nameOf = (): string => (count === 1 ? trigger.kind : `${trigger.kind}-${count}`);
    while (taken.has(nameOf())) count += 1;
    taken.set(nameOf(), span.line);
    return { ...trigger, name: nameOf() };
  }
  const line = taken.get(trigger.name);
  if (line !== undefined) {
    const problem = `Two triggers have the name "${trigger.name}"; the first is on line ${line}`;
    reporter.report('bad-trigger', { problem, remedy: 'Give each trigger a name of its own.' }, span);
  }
  taken.set(trigger.name, span.line);
  return trigger;
}

function readTrigger(tree: Tree, reporter: Reporter): Trigger | undefined {
  if (tree.kind !== 'map') {
    const wanted = `a map: ${FORMS}`;
    reporter.report('wrong-type', { what: 'a trigger', found: describe(tree), wanted }, tree.span);
    return undefined;
  }
  const [kind, another] = [...tree.entries.keys()].flatMap((key) => TRIGGER_KINDS.find((each) => each === key) ?? []);
  if (kind === undefined) return reportNoKind(tree, reporter);
  if (another !== undefined) {
    const problem = `This trigger is a "${kind}" and a "${another}"`;
    const remedy = 'Write two triggers: each starts the flow.';
    reporter.report('bad-trigger', { problem, remedy }, tree.entries.get(another)?.key ?? tree.span);
    return undefined;
  }
  const fields = new Fields(tree, `the trigger "${kind}"`, KEYS[kind], reporter, { hints: HINTS });
  const batchSize = kind === 'queue' ? (fields.count('batchSize', MOST_MESSAGES, 1) ?? 1) : 1;
  const common = {
    name: readName(fields, reporter),
    enabled: fields.boolean('enabled') ?? true,
    ...readInput(fields.tree('input'), defaultInputPath(kind, batchSize), tree, reporter),
    span: tree.span,
  };
  if (kind === 'schedule') return readScheduled(fields, common, reporter);
  return readSources(kind, fields, { ...common, batchSize }, reporter);
}

/** A misspelt kind is told by the key that is meant. */
function reportNoKind(tree: MapTree, reporter: Reporter): undefined {
  const fields = new Fields(tree, 'the trigger', TRIGGER_KEYS, reporter, { hints: HINTS });
  if (fields.isMisspelt(...TRIGGER_KINDS)) return undefined;
  const problem = 'This trigger does not say what starts the flow';
  reporter.report('bad-trigger', { problem, remedy: `Write ${FORMS}.` }, { ...tree.span });
  return undefined;
}

function readName(fields: Fields, reporter: Reporter): string {
  const name = fields.string('name');
  const span = fields.tree('name')?.span;
  if (name === undefined || span === undefined || NAME.test(name)) return name ?? '';
  const problem = `"${name}" is no name of a trigger`;
  reporter.report('bad-trigger', { problem, remedy: 'Use 1 to 30 letters, digits, "_" or "-".' }, span);
  return '';
}

/** The input of the flow, made of the event. Nothing else is known when a trigger starts it. */
function readInput(
  tree: Tree | undefined,
  path: string | undefined,
  around: MapTree,
  reporter: Reporter,
): Pick<Trigger, 'input' | 'written'> {
  if (!tree) {
    const read =
      path === undefined ? { text: '$', path: { segments: [] } } : { text: path, path: { segments: [path] } };
    return { input: { kind: 'input', path: read, span: around.span } };
  }
  const input = readExpression(tree, reporter);
  for (const part of allWithin(input)) reportForeign(part, reporter);
  return { input, written: toJson(tree) };
}

function reportForeign(part: Expression, reporter: Reporter): void {
  if (part.kind === 'step') reporter.report('trigger-reads', { what: 'step', name: part.step }, part.span);
  if (part.kind === 'variable') reporter.report('trigger-reads', { what: 'variable', name: part.name }, part.span);
}

type Common = Pick<Trigger, 'name' | 'enabled' | 'input' | 'written' | 'span'>;

function readScheduled(fields: Fields, common: Common, reporter: Reporter): Trigger | undefined {
  const text = fields.requiredString('schedule');
  const tree = fields.tree('schedule');
  if (text === undefined || !tree) return undefined;
  const schedule = readSchedule(text);
  if ('problem' in schedule) {
    reporter.report('bad-schedule', { found: text, ...schedule }, tree.span);
    return undefined;
  }
  return { kind: 'schedule', ...common, schedule, timezone: readTimezone(fields, schedule, reporter) };
}

function readTimezone(fields: Fields, schedule: Schedule, reporter: Reporter): string {
  const name = fields.string('timezone');
  const tree = fields.tree('timezone');
  if (name === undefined || !tree) return 'UTC';
  if (!isTimezone(name)) reporter.report('unknown-timezone', { name, nearest: nearestTimezone(name) }, tree.span);
  else if (schedule.kind === 'rate') {
    const problem = 'A rate is the same in every time zone';
    const remedy = 'Remove "timezone", or write a time of the day: cron(0 9 * * ? *).';
    reporter.report('bad-trigger', { problem, remedy }, tree.span, 'warning');
  }
  return isTimezone(name) ? name : 'UTC';
}
