import type { Reporter, Span } from '../../diagnostics/diagnostics.ts';
import { parsePath, pathText } from '../../protocol/path.ts';
import { type Expression, literal, type ReadPath, type VariableReference, WHOLE } from '../expression.ts';
import { FLOW_RUNNERS, flowRunnerAt } from '../flow-runners.ts';
import { Fields, type KeyHints, plainKey } from '../text/fields.ts';
import { foreignReference, looksLikeTemplate } from '../text/foreign-reference.ts';
import { nearest } from '../text/nearest.ts';
import { describe, type MapTree, type Tree, toJson } from '../text/tree.ts';
import { isMeantAsFlow } from './flow-keys.ts';
import { IF_HINTS, LITERAL_HINT, REFERENCE_HINTS } from './foreign-keys.ts';
import { foreignOperator } from './foreign-operators.ts';
import { conditionIn } from './infix-condition.ts';
import { OPERATOR_FORMS, type ReadForm } from './read-operator.ts';

/** The forms of expressions by key. A map has one of these keys at most. */
const FORMS: ReadonlyMap<string, ReadForm> = new Map<string, ReadForm>([
  ['$literal', readLiteral],
  ['$if', readIf],
  ['$coalesce', readCoalesce],
  ['$from', readFrom],
  ['$step', readStep],
  ['$input', readInput],
  ['$variable', readVariable],
  ...OPERATOR_FORMS,
]);
/** The keys of which an expression has one. */
export const EXPRESSION_KEYS: readonly string[] = [...FORMS.keys()];

/** Reads a value of the flow. The three dialects of references are normalised. */
export function readExpression(tree: Tree, reporter: Reporter): Expression {
  if (tree.kind === 'scalar') return readScalar(tree.value, tree.span, reporter);
  if (tree.kind === 'list') {
    return fold({ kind: 'list', items: tree.items.map((item) => readExpression(item, reporter)), span: tree.span });
  }
  const [key, ...further] = formsOf(tree);
  const form = key === undefined ? undefined : FORMS.get(key);
  if (key === undefined || form === undefined) return readPlainMap(tree, reporter);
  const only = further.length > 0 ? withoutFurther(tree, key, further, reporter) : tree;
  return form(only, reporter, {
    value: (value) => readExpression(value, reporter),
    condition: (condition, of) => readCondition(condition, of, reporter),
  });
}

/**
 * Reads a condition. A text that is written as conditions are elsewhere, and a map with a misspelt operator, would be true in
 * every run: nobody means that.
 */
export function readCondition(
  tree: Tree,
  of: 'skipIf' | '$if' | '$and' | '$or' | '$not',
  reporter: Reporter,
): Expression {
  const text = tree.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;
  const condition = text === undefined ? undefined : conditionIn(text, reporter.stepIds);
  if (condition !== undefined) {
    reporter.report('text-condition', { of, condition }, tree.span);
    return literal(false, tree.span);
  }
  return tree.kind === 'map' && isMisspeltOperator(tree)
    ? readPlainMap(tree, reporter, readEntry(reporter), { isCondition: true })
    : readExpression(tree, reporter);
}

/** Whether a map is an operator of another language, or a misspelt one of ours; other data may have keys with a `$`, too. */
function isMisspeltOperator({ entries }: MapTree): boolean {
  const [[key, { value }] = ['', { value: undefined }]] = entries;
  if (entries.size !== 1 || !key.startsWith('$') || FORMS.has(key)) return false;
  return insteadOf(key) !== undefined || (nearest(key, EXPRESSION_KEYS) !== undefined && value?.kind !== 'scalar');
}

/**
 * Reads the input of a step that calls `component`. A flow that is written out in it, for a component that runs flows, is the
 * flow itself, as if it were under `$literal`: its expressions are its own.
 */
export function readStepInput(tree: Tree, component: string, reporter: Reporter): Expression {
  const runsFlow = flowRunnerAt(component) !== undefined;
  if (!runsFlow || tree.kind !== 'map' || formsOf(tree).length > 0) return readExpression(tree, reporter);
  return readPlainMap(tree, reporter, (key, value) =>
    isWrittenFlow(key, value, component)
      ? { ...literal(toJson(value), value.span), tree: value }
      : readExpression(value, reporter),
  );
}

/** Where any of these components may be given a flow: one under the key of another component is a flow too, if misplaced. */
const WRITTEN_FLOWS: readonly string[] = [...new Set(Object.values(FLOW_RUNNERS).map(({ flow }) => flow))];

/**
 * Whether an entry of the input of such a component is a flow that is written out, perhaps with a misspelt key: of its own, or of
 * the flow. A component of the project may have the name, and take other data; under `/builtin` it takes nothing else.
 */
function isWrittenFlow(key: string, tree: Tree, component: string): boolean {
  if (tree.kind === 'map' && formsOf(tree).length > 0) return false;
  if (!WRITTEN_FLOWS.includes(key))
    return nearest(key, WRITTEN_FLOWS) !== undefined && tree.kind === 'map' && tree.entries.has('steps');
  const isExpression = tree.kind === 'map' && [...tree.entries.keys()].every((name) => name.startsWith('$'));
  return isMeantAsFlow(tree) || (tree.kind === 'map' && component.startsWith('/builtin/') && !isExpression);
}

/** The keys of expressions that a map has, in the order of the text. */
const formsOf = ({ entries }: MapTree): readonly string[] => [...entries.keys()].filter((key) => FORMS.has(key));

/** The map as if it were the expression of its first key alone. Each further one is reported. */
function withoutFurther(map: MapTree, first: string, further: readonly string[], reporter: Reporter): MapTree {
  const entries = new Map(map.entries);
  for (const key of further) {
    const place = entries.get(key)?.key ?? map.span;
    reporter.report('two-expressions', { first, second: key }, place);
    entries.delete(key);
  }
  return { ...map, entries };
}

function readScalar(value: null | boolean | number | string, span: Span, reporter: Reporter): Expression {
  if (value === '...') reporter.report('elision', {}, span);
  else if (typeof value === 'string') {
    const instead = foreignReference(value, reporter.stepIds);
    if (instead !== undefined) reporter.report('foreign-reference', { instead }, span);
  }
  return literal(value, span);
}

/** What other tools call the item of a map. */
const ITEM: ReadonlyMap<string, string> = new Map(
  ['$item', '$each', '$element', '$it'].map((key) => [
    key,
    'The flow of a map has the item as its input: write { $input: $ }, or { $input: PATH } for a part of it.',
  ]),
);

/** A key that only differs in case is a misspelling of ours. */
const insteadOf = (key: string): string | undefined =>
  ITEM.get(key) ?? (EXPRESSION_KEYS.includes(key.toLowerCase()) ? undefined : foreignOperator(key));

type ReadEntry = (key: string, value: Tree) => Expression;

function readPlainMap(
  map: MapTree,
  reporter: Reporter,
  read: ReadEntry = readEntry(reporter),
  { isCondition = false } = {},
): Expression {
  const entries = [...map.entries].map(([key, { key: place, value }]) => {
    if (looksLikeTemplate(key)) reporter.report('foreign-reference', { isKey: true }, place);
    else if (key.startsWith('$')) {
      const params = { key, nearest: nearest(key, EXPRESSION_KEYS), instead: insteadOf(key), isCondition };
      reporter.report('unknown-dollar-key', params, place, isCondition ? 'error' : undefined);
    }
    if (value.span === place) reportUnspaced(key, place, reporter);
    return { key, keySpan: place, value: read(key, value) };
  });
  return fold({ kind: 'map', entries, span: map.span });
}

/** In `{ name:Ada }` all of `name:Ada` is a key. Reported for a key without a value, which has the span of the key. */
function reportUnspaced(key: string, span: Span, reporter: Reporter): void {
  const [, name, value] = /^([\w$]+):([^\s:/].*|\/[^/].*)$/s.exec(key) ?? [];
  if (name !== undefined && value !== undefined) reporter.report('missing-space', { key, name, value }, span);
}
/** Texts under such a key are paths for the component, such as `extract`: what they begin with is no mistake. */
const PATHS = /^(?:json_?)?paths?$|^fields$/i;

const readEntry =
  (reporter: Reporter): ReadEntry =>
  (key, value) =>
    PATHS.test(key) && isPlain(value) ? literal(toJson(value), value.span) : readExpression(value, reporter);

const isPlain = (tree: Tree): boolean =>
  tree.kind === 'scalar' || (tree.kind === 'list' && tree.items.every(({ kind }) => kind === 'scalar'));

/** A map or list without anything to evaluate is a literal. */
function fold(expression: Extract<Expression, { kind: 'map' | 'list' }>): Expression {
  if (expression.kind === 'list') {
    const values = expression.items.flatMap((item) => (item.kind === 'literal' ? [item.value] : []));
    return values.length === expression.items.length ? literal(values, expression.span) : expression;
  }
  const entries = expression.entries.flatMap(({ key, value }) =>
    value.kind === 'literal' ? [[key, value.value]] : [],
  );
  const whole = entries.length === expression.entries.length;
  if (!whole) return expression;
  return { ...literal(Object.fromEntries(entries), expression.span), entries: expression.entries };
}

function readLiteral(map: MapTree, reporter: Reporter): Expression {
  const hints: KeyHints = new Map([...map.entries.keys()].map((key) => [plainKey(key), LITERAL_HINT]));
  const value = new Fields(map, 'a $literal', ['$literal'], reporter, { hints }).tree('$literal');
  return value ? { ...literal(toJson(value), map.span), tree: value } : literal(null, map.span);
}

function readIf(map: MapTree, reporter: Reporter): Expression {
  const fields = new Fields(map, 'an $if', ['$if', 'then', 'else'], reporter, { hints: IF_HINTS });
  if (!fields.tree('then')) fields.missing('then');
  const part = (key: string): Expression => {
    const tree = fields.tree(key);
    return tree ? readExpression(tree, reporter) : literal(null, map.span);
  };
  const written = fields.tree('$if');
  const condition = written ? readCondition(written, '$if', reporter) : literal(null, map.span);
  return { kind: 'if', condition, consequent: part('then'), alternative: part('else'), span: map.span };
}

function readCoalesce(map: MapTree, reporter: Reporter): Expression {
  const items = new Fields(map, 'a $coalesce', ['$coalesce'], reporter).list('$coalesce');
  if (!items) badReference(map, reporter, '$coalesce is not a list', '{ $coalesce: [first, second] }');
  return { kind: 'coalesce', items: (items ?? []).map((item) => readExpression(item, reporter)), span: map.span };
}

function readStep(map: MapTree, reporter: Reporter): Expression {
  const fields = new Fields(map, 'a $step reference', ['$step', 'path', 'onSkip'], reporter, {
    hints: REFERENCE_HINTS,
  });
  const step = fields.string('$step');
  if (step === undefined)
    badReference(map, reporter, '$step does not name a step', '{ $step: ID } or { $step: ID, path: PATH }');
  return {
    kind: 'step',
    step: step ?? '',
    path: readPath(fields.tree('path'), reporter),
    ...readOnSkip(fields, reporter),
    span: map.span,
  };
}

function readInput(map: MapTree, reporter: Reporter): Expression {
  const fields = new Fields(map, 'an $input reference', ['$input', 'path'], reporter, { hints: REFERENCE_HINTS });
  const own = fields.tree('$input');
  const path = fields.tree('path');
  if (path && !isNull(own)) badReference(map, reporter, 'This reference has two paths', '{ $input: PATH }');
  return { kind: 'input', path: readPath(isNull(own) ? path : own, reporter), span: map.span };
}

function readVariable(map: MapTree, reporter: Reporter): Expression {
  const fields = new Fields(map, 'a $variable reference', ['$variable', 'default'], reporter, {
    hints: REFERENCE_HINTS,
  });
  const fallback = fields.tree('default');
  return variable(map, fields.tree('$variable'), undefined, fallback && readExpression(fallback, reporter), reporter);
}

const FROM = '{ $from: { workflow: input } }, { $from: { step: ID } } or { $from: { variable: NAME } }';

function readFrom(map: MapTree, reporter: Reporter): Expression {
  const fields = new Fields(map, 'a $from reference', ['$from', 'path', 'onSkip', 'default'], reporter);
  const source = fields.object('$from');
  const path = fields.tree('path');
  const from = source && new Fields(source, 'a $from', ['workflow', 'step', 'variable', 'default'], reporter);
  const step = from?.string('step');
  if (step !== undefined) {
    return { kind: 'step', step, path: readPath(path, reporter), ...readOnSkip(fields, reporter), span: map.span };
  }
  if (from?.tree('variable')) {
    const fallback = from.tree('default') ?? fields.tree('default');
    return variable(map, from.tree('variable'), path, fallback && readExpression(fallback, reporter), reporter);
  }
  if (from?.string('workflow') !== 'input') badReference(map, reporter, '$from does not name a source', FROM);
  return { kind: 'input', path: readPath(path, reporter), span: map.span };
}

function readOnSkip(fields: Fields, reporter: Reporter): { onSkip?: null | ReturnType<typeof toJson> } {
  const map = fields.object('onSkip');
  if (!map) return {};
  const onSkip = new Fields(map, 'an onSkip', ['action', 'defaultValue'], reporter);
  const action = onSkip.oneOf('action', ['skip', 'useDefault']);
  return action === 'useDefault' ? { onSkip: onSkip.json('defaultValue') ?? null } : {};
}

/** The first segment of a variable's path names the variable, the rest is a path into it. */
function variable(
  map: MapTree,
  name: Tree | undefined,
  path: Tree | undefined,
  fallback: Expression | undefined,
  reporter: Reporter,
): Expression {
  const before = reporter.diagnostics.length;
  const whole = readPath(name, reporter);
  const [head, ...rest] = whole.path.segments;
  if (typeof head !== 'string' && reporter.diagnostics.length === before)
    badReference(map, reporter, '$variable does not name a variable', '{ $variable: NAME }');
  const tail: ReadPath = rest.length > 0 ? { ...whole, path: { segments: rest } } : readPath(path, reporter);
  const reference: VariableReference = { kind: 'variable', name: String(head ?? ''), path: tail, span: map.span };
  return fallback ? { ...reference, fallback } : reference;
}

function readPath(tree: Tree | undefined, reporter: Reporter): ReadPath {
  if (isNull(tree)) return WHOLE;
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string') {
    reporter.report('wrong-type', { what: 'a path', found: describe(tree), wanted: 'a string' }, tree.span);
    return WHOLE;
  }
  const path = parsePath(tree.value);
  if ('error' in path) {
    reporter.report('bad-path', { path: tree.value.trim(), problem: path.error }, tree.span);
    return WHOLE;
  }
  return path.segments.length === 0 ? WHOLE : { text: pathText(tree.value), path, span: tree.span };
}

const isNull = (tree: Tree | undefined): tree is undefined =>
  tree === undefined || (tree.kind === 'scalar' && tree.value === null);

function badReference(map: MapTree, reporter: Reporter, problem: string, form: string): void {
  reporter.report('bad-reference', { problem, form }, map.span);
}
