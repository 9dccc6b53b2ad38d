import type { Reporter, Span } from '../../diagnostics/diagnostics.ts';
import { ERROR_CODES, type ErrorCode, isErrorCode } from '../../protocol/errors.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { answerKindOf } from '../../protocol/waiting.ts';
import { literal } from '../expression.ts';
import type { OnError, Preceding, Retrying, Step } from '../flow.ts';
import { FLOW_RUNNERS, flowRunnerAt } from '../flow-runners.ts';
import { Fields, type KeyHints, plainKey } from '../text/fields.ts';
import { nearest } from '../text/nearest.ts';
import { describe, type MapTree, type Tree } from '../text/tree.ts';
import { checkAwsMetadataOfStep } from './aws-metadata.ts';
import { checkSchemas } from './check-schemas.ts';
import { ON_ERROR_HINTS, STEP_HINTS } from './foreign-keys.ts';
import { readCondition, readExpression, readStepInput } from './read-expression.ts';

/** The keys of a step; snake_case spellings are read too. */
export const STEP_KEYS = [
  'id',
  'component',
  'input',
  'inputSchema',
  'outputSchema',
  'onError',
  'skipIf',
  'skip',
  'mustExecute',
  'after',
  'timeout',
  'metadata',
] as const;
/** The keys of `onError` that only a retry has. */
const RETRY_KEYS = ['maxRetries', 'delay', 'backoff', 'on'] as const;
/** The keys of what a step does when it fails. */
export const ON_ERROR_KEYS = ['action', 'defaultValue', ...RETRY_KEYS] as const;
/** The largest values of the keys of a retry. */
export const MOST_OF_RETRY = {
  /** Seconds, a year: Step Functions takes a day more between attempts (MaxDelaySeconds, "Retrying after an error"). */
  delay: 31_536_000,
  /** Our own choice. */
  backoff: 1000,
  /** Of a call: each adds three events to the history of its execution. More than that is reported with the flow. */
  maxRetries: 1000,
  /** Of a step that runs a flow, which adds six events each. */
  maxRetriesOfFlow: 500,
} as const;
/** The syntax of step ids. */
export const ID = /^[\w.-]{1,128}$/;
/** The syntax of component paths. */
export const COMPONENT = /^(\/[\w.-]+)+$/;

/** Reads a step; undefined without a valid id. Its component is "" if it has none that is valid. */
export function readStep(tree: Tree, reporter: Reporter): Step | undefined {
  if (tree.kind !== 'map') {
    reporter.report(
      'wrong-type',
      { what: 'a step', found: describe(tree), wanted: unspaced(tree) ?? 'a map with id and component' },
      tree.span,
    );
    return undefined;
  }
  const written = tree.entries.get('id')?.value;
  const named = written?.kind === 'scalar' && written.value !== null;
  const name = named ? `the step "${written.value}"` : 'a step';
  const fields = new Fields(tree, name, STEP_KEYS, reporter, { hints: hintsFor(tree), otherwise: ofInput });
  const id = readId(fields, reporter);
  const component = readComponent(fields, reporter);
  checkSchemas(fields, ['inputSchema', 'outputSchema'], reporter, ` of ${name}`);
  checkAwsMetadataOfStep(fields.tree('metadata'), name, STEP_KEYS, reporter);
  const body = readBody(component, fields, tree, reporter);
  const waits = answerKindOf(component) !== undefined && ({ waits: true } as const);
  return id === undefined ? undefined : { id, component, ...body, ...waits };
}

/** What a component takes stands under `input`, which is easily forgotten. */
const ofInput = (key: string): string =>
  `What the component takes stands under "input": input: { ${key}: … }. Keys of a step: ${STEP_KEYS.join(', ')}.`;

/** The hints for a step: what a component that runs a flow takes has names that other tools use for steps. */
function hintsFor(tree: MapTree): KeyHints {
  const component = tree.entries.get('component')?.value;
  const runner = component?.kind === 'scalar' ? flowRunnerAt(String(component.value)) : undefined;
  if (!runner) return STEP_HINTS;
  const taken = FLOW_RUNNERS[runner].takes.map(
    (key) => [plainKey(key), { instead: `Write it under "input": input: { ${key}: … }.`, key: 'input' }] as const,
  );
  return new Map([...STEP_HINTS, ...taken]);
}

type Body = Omit<Step, 'id' | 'component'>;

function readBody(component: string, fields: Fields, tree: MapTree, reporter: Reporter): Body {
  const input = fields.tree('input');
  const skipIf = fields.tree('skipIf') ?? fields.tree('skip');
  const optional = {
    inputSchema: fields.json('inputSchema'),
    outputSchema: fields.json('outputSchema'),
    metadata: fields.json('metadata'),
    timeout: fields.seconds('timeout', QUOTAS.seconds),
    after: readAfter(fields, reporter),
  };
  return {
    input: input ? readStepInput(input, component, reporter) : literal(null, tree.span),
    ...(skipIf && { skipIf: readCondition(skipIf, 'skipIf', reporter) }),
    onError: readOnError(fields, reporter),
    mustExecute: fields.boolean('mustExecute') ?? false,
    idSpan: fields.tree('id')?.span ?? tree.span,
    componentSpan: fields.tree('component')?.span ?? tree.span,
    ...withoutUndefined(optional),
  };
}

/** The steps under `after`; undefined for none. */
function readAfter(fields: Fields, reporter: Reporter): readonly Preceding[] | undefined {
  const tree = fields.tree('after');
  if (!tree || (tree.kind === 'scalar' && tree.value === null)) return undefined;
  if (tree.kind !== 'list') {
    const id = idIn(tree);
    fields.wrong('after', `a list of the ids of steps${id === undefined ? '' : `, as in after: [${id}],`}`);
    return undefined;
  }
  const found = tree.items.flatMap((item): readonly Preceding[] => {
    const id = item.kind === 'scalar' ? idIn(item) : undefined;
    if (id !== undefined) return [{ step: id, span: item.span }];
    const meant = idIn(item);
    const wanted = `the id of a step${meant === undefined ? '' : `, without more: ${meant}`}`;
    reporter.report('wrong-type', { what: 'an item of "after"', found: describe(item), wanted }, item.span);
    return [];
  });
  return found.length > 0 ? found : undefined;
}

/** The id of a step, as a text or a number, also where it is written as a reference; undefined for anything else. */
function idIn(tree: Tree): string | undefined {
  const value = tree.kind === 'map' ? tree.entries.get('$step')?.value : tree;
  const isId = value?.kind === 'scalar' && (typeof value.value === 'string' || typeof value.value === 'number');
  return isId && ID.test(String(value.value)) ? String(value.value) : undefined;
}

/** The object without entries that are undefined. */
export const withoutUndefined = <T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  // Object.entries loses the keys' types, which this filter does not change.
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

/** What a step is meant to be that is the text `component:/my/echo`: without the space, YAML reads one word. */
function unspaced(tree: Tree): string | undefined {
  const [, key, value] = (tree.kind === 'scalar' && /^(id|component):(\S.*)$/.exec(String(tree.value))) || [];
  return key === undefined ? undefined : `a map ("${key}: ${value}", with a space after the colon)`;
}

function readId(fields: Fields, reporter: Reporter): string | undefined {
  const tree = fields.tree('id');
  // In YAML, `id: 1` is a number; it is read as "1".
  const number = tree?.kind === 'scalar' && typeof tree.value === 'number';
  const id = number ? String(tree.value) : fields.requiredString('id');
  if (id === undefined || !tree || ID.test(id)) return id;
  reporter.report('bad-id', { id }, tree.span);
  return undefined;
}

function readComponent(fields: Fields, reporter: Reporter): string {
  const span: Span | undefined = fields.tree('component')?.span;
  const component = fields.requiredString('component');
  if (component === undefined || !span) return '';
  if (COMPONENT.test(component)) return component;
  const meant = `/${component.replaceAll(/[\s./:\\]+/g, '/')}`.replaceAll('//', '/');
  reporter.report('bad-component', { component, ...(COMPONENT.test(meant) && { meant }) }, span);
  return '';
}

const ACTIONS = ['fail', 'useDefault', 'continue', 'retry', 'skip'] as const;

function readOnError(fields: Fields, reporter: Reporter): OnError {
  const written = fields.tree('onError');
  if (written?.kind === 'scalar' && written.value !== null) {
    const meant = nearest(String(written.value), ACTIONS) ?? 'useDefault';
    fields.wrong('onError', `a map, as in onError: { action: ${meant} },`);
  }
  const map = written?.kind === 'scalar' ? undefined : fields.object('onError');
  if (!map) return { action: 'fail' };
  const onError = new Fields(map, 'an onError', ON_ERROR_KEYS, reporter, { hints: ON_ERROR_HINTS });
  const found = onError.oneOf('action', ACTIONS);
  // A misspelt action has been reported, and tells nothing of the other keys.
  if (found === undefined && (onError.tree('action') || onError.isMisspelt('action'))) return { action: 'fail' };
  const action = found ?? 'fail';
  const where = `an onError ${found === undefined ? 'without an action' : `with action: ${action}`}`;
  if (action !== 'retry') onError.refuse(RETRY_KEYS, where, (key) => ofRetry(key, onError));
  if (action !== 'useDefault' && action !== 'continue')
    onError.refuse(['defaultValue'], where, () => (action === 'retry' ? RETRY_OR_DEFAULT : OF_DEFAULT));
  if (action === 'useDefault' || action === 'continue') {
    const value = onError.tree('defaultValue');
    return { action: 'useDefault', value: value ? readExpression(value, reporter) : literal(null, map.span) };
  }
  return action === 'retry' ? readRetrying(onError, reporter) : { action };
}

const OF_DEFAULT = 'It belongs to action: useDefault, as in onError: { action: useDefault, defaultValue: … }.';
const RETRY_OR_DEFAULT =
  'A step is either tried again or has a default: after the last retry it fails. Write action: useDefault, or leave the default out.';

/** How a key of a retry is written. */
function ofRetry(key: string, onError: Fields): string {
  const code = codeIn(onError.tree('on'));
  const values: { readonly [key: string]: string } = { maxRetries: '3', delay: '10', backoff: '2', on: `[${code}]` };
  return `"${key}" belongs to action: retry, as in onError: { action: retry, ${key}: ${values[key]} }.`;
}

/** The code that stands in place of a list of codes, or one that may. */
function codeIn(tree: Tree | undefined): string {
  const written = tree?.kind === 'list' ? tree.items[0] : tree;
  return (written?.kind === 'scalar' && nearestCode(String(written.value))) || 'TIMEOUT';
}

const nearestCode = (written: string): ErrorCode | undefined =>
  ERROR_CODES.find((code) => code === nearest(written.toUpperCase().replace(/[\s-]/g, '_'), ERROR_CODES));

function readRetrying(onError: Fields, reporter: Reporter): Retrying {
  const optional = {
    delay: onError.count('delay', MOST_OF_RETRY.delay, 1),
    backoff: onError.factor('backoff', 1, MOST_OF_RETRY.backoff),
    on: readCodes(onError, reporter),
  };
  return {
    action: 'retry',
    maxRetries: onError.count('maxRetries', QUOTAS.retries) ?? 3,
    ...withoutUndefined(optional),
  };
}

/** The codes under `on`; undefined for all. */
function readCodes(onError: Fields, reporter: Reporter): readonly ErrorCode[] | undefined {
  const written = onError.tree('on');
  if (!written || (written.kind === 'scalar' && written.value === null)) return undefined;
  if (written.kind !== 'list' || written.items.length === 0) {
    onError.wrong('on', `a list of codes, as in on: [${codeIn(written)}],`);
    return undefined;
  }
  return written.items.flatMap((tree): readonly ErrorCode[] => {
    const code = tree.kind === 'scalar' ? String(tree.value) : '';
    if (isErrorCode(code)) return [code];
    const meant = nearestCode(code);
    reporter.report('unknown-error-code', { found: describe(tree), known: ERROR_CODES, nearest: meant }, tree.span);
    return [];
  });
}
