import { basename } from 'node:path';
import { type Diagnostic, Reporter, type Span } from '../../diagnostics/diagnostics.ts';
import { DEPTH_LIMIT, isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { type Example, type Flow, flowCalled, type Step } from '../flow.ts';
import { isTooDeep } from '../text/depth.ts';
import { Fields } from '../text/fields.ts';
import { describe, type MapTree, type Tree, toJson, treeOf } from '../text/tree.ts';
import { checkAwsMetadata } from './aws-metadata.ts';
import { checkSchemaOfParts, checkSchemas } from './check-schemas.ts';
import { checkVariableValues } from './check-variables.ts';
import { FLOW_KEYS } from './flow-keys.ts';
import { FLOW_HINTS } from './foreign-keys.ts';
import { readExpression } from './read-expression.ts';
import { readStep, withoutUndefined } from './read-step.ts';

/** The result of reading a flow's text. `flow` is absent if the text cannot be a flow. */
export interface ReadFlow {
  /** The name of the file in diagnostics. */
  readonly file: string;
  readonly flow?: Flow;
  /** The ids of all steps, also of those that are left out of `flow` for an error; absent if one of them is unknown. */
  readonly stepIds?: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a flow that is data, not text: its parts have no places. `file` names it in diagnostics. */
export function readFlowData(data: Json, file: string): ReadFlow {
  const reporter = new Reporter(file);
  const start = { line: 1, column: 1, endLine: 1, endColumn: 2 };
  if (isTooDeep(data)) reporter.report('too-deep', { limit: DEPTH_LIMIT }, start);
  return readWholeFlow(reporter.failed ? undefined : treeOf(data, start), file, reporter);
}

/** Reads a flow in any of the dialects, from the tree of its text. The tree is absent if the text could not be read. */
export function readWholeFlow(tree: Tree | undefined, file: string, reporter: Reporter): ReadFlow {
  const isEmpty = tree?.kind === 'scalar' && tree.value === null && !reporter.failed;
  if (isEmpty) reporter.report('empty-file', {}, tree.span);
  const flow = tree && !isEmpty ? readFlowTree(tree, file, reporter) : undefined;
  const stepIds = tree && writtenIds(tree);
  return { file, ...(flow && { flow }), ...(stepIds && { stepIds }), diagnostics: reporter.diagnostics };
}

/** The ids of all steps of a flow; undefined if a step has none that can be read. */
function writtenIds(tree: Tree): ReadonlySet<string> | undefined {
  const steps = tree.kind === 'map' ? tree.entries.get('steps')?.value : tree;
  if (steps?.kind !== 'list') return undefined;
  const ids = idsOf(steps.items);
  return ids.length === steps.items.length ? new Set(ids) : undefined;
}

/** The ids of those steps that have one that can be read. */
const idsOf = (steps: readonly Tree[]): readonly string[] =>
  steps.flatMap((step) => {
    const id = descend(step, 'id');
    return id?.kind === 'scalar' && id.value !== null ? [String(id.value)] : [];
  });

/**
 * Reads a flow from a tree: that of a file, or of a flow inside another one. `runner`: the id of the step that runs the latter.
 */
export function readFlowTree(tree: Tree, file: string, reporter: Reporter, runner?: string): Flow | undefined {
  const own = runner === undefined ? {} : { runner };
  if (tree.kind === 'map') return readBody(tree, file, reporter, own);
  if (tree.kind === 'list') {
    const steps = { key: tree.span, value: tree };
    return readBody({ kind: 'map', entries: new Map([['steps', steps]]), span: tree.span }, file, reporter, own);
  }
  const what = runner === undefined ? 'a flow' : flowCalled(own);
  const wanted = 'a map with "steps", or a list of steps';
  reporter.report('wrong-type', { what, found: describe(tree), wanted }, tree.span);
  return undefined;
}

function readBody(map: MapTree, file: string, given: Reporter, own: Pick<Flow, 'runner'>): Flow {
  const reporter = given.withSteps(new Set(idsOf(listIn(map, 'steps'))));
  const called = flowCalled(own);
  const ofInner = own.runner === undefined ? '' : ` of ${called}`;
  const fields = new Fields(map, called, FLOW_KEYS, reporter, { hints: FLOW_HINTS });
  const listed = fields.list('steps') ?? [];
  const steps = readSteps(listed, reporter);
  const written = fields.tree('output');
  const output = written && readExpression(written, reporter);
  // A flow whose steps are under a misspelt key is told of that.
  const isEmpty = listed.length === 0 && !output && !fields.tree('test') && !fields.isMisspelt('steps', 'output');
  if (isEmpty) reporter.report('empty-flow', {}, map.span);
  checkAwsMetadata(fields.tree('metadata'), called, reporter);
  checkSchemas(fields, ['inputSchema', 'outputSchema', 'variablesSchema'], reporter, ofInner);
  checkSchemaOfParts(fields, reporter);
  checkVariableValues(fields.tree('variables'), own.runner !== undefined, reporter);
  const hasSkipIf = steps.some(({ skipIf }) => skipIf);
  return {
    ...own,
    file,
    name: fields.string('name') ?? basename(file).replace(/(?:\.flow)?\.(?:ya?ml|json)$/, ''),
    steps,
    ...(output && { output }),
    evaluation: fields.oneOf('evaluation', ['lazy', 'eager']) ?? (output && !hasSkipIf ? 'lazy' : 'eager'),
    variables: asObject(fields.json('variables')),
    variableSpans: variablePlaces(fields),
    examples: readExamples(fields.list('examples') ?? [], reporter),
    ...readSchemas(fields),
    ...withoutUndefined({
      description: fields.string('description'),
      version: readVersion(fields),
      test: fields.json('test'),
      metadata: fields.json('metadata'),
      timeout: fields.seconds('timeout', QUOTAS.seconds),
      timeoutSpan: fields.tree('timeout')?.span,
    }),
  };
}

const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** `version: 1.0` is a number in YAML, but meant as a string. */
function readVersion(fields: Fields): string | undefined {
  const tree = fields.tree('version');
  return tree?.kind === 'scalar' && typeof tree.value === 'number' ? String(tree.value) : fields.string('version');
}

function readSteps(trees: readonly Tree[], reporter: Reporter): readonly Step[] {
  const steps = new Map<string, Step>();
  for (const tree of trees) {
    const step = readStep(tree, reporter);
    const first = step && steps.get(step.id);
    if (first) reporter.report('duplicate-id', { id: step.id, line: first.idSpan.line }, step.idSpan);
    else if (step) steps.set(step.id, step);
  }
  return [...steps.values()];
}

/** Schemas have their own keys, or are the properties of one schema under `schemas`. */
function readSchemas(
  fields: Fields,
): Pick<Flow, 'inputSchema' | 'inputSchemaSpan' | 'outputSchema' | 'variablesSchema'> {
  const { input, output, variables } = asObject(asObject(fields.json('schemas')).properties);
  return withoutUndefined({
    inputSchema: fields.json('inputSchema') ?? input,
    inputSchemaSpan: (fields.tree('inputSchema') ?? fields.tree('schemas'))?.span,
    outputSchema: fields.json('outputSchema') ?? output,
    variablesSchema: fields.json('variablesSchema') ?? variables,
  });
}

function variablePlaces(fields: Fields): ReadonlyMap<string, Span> {
  const declared = descend(fields.tree('schemas'), 'properties', 'variables', 'properties');
  const own = descend(fields.tree('variablesSchema'), 'properties');
  const required = [descend(fields.tree('schemas'), 'properties', 'variables'), fields.tree('variablesSchema')].map(
    (schema) => descend(schema, 'required'),
  );
  return new Map([
    ...required.flatMap((tree) => (tree?.kind === 'list' ? tree.items : [])).flatMap(namedPlace),
    ...[declared, own, fields.tree('variables')].flatMap((tree) =>
      tree?.kind === 'map' ? [...tree.entries].map(([name, { key }]) => [name, key] as const) : [],
    ),
  ]);
}

const namedPlace = (tree: Tree): readonly (readonly [string, Span])[] =>
  tree.kind === 'scalar' && typeof tree.value === 'string' ? [[tree.value, tree.span]] : [];

const descend = (tree: Tree | undefined, ...keys: readonly string[]): Tree | undefined =>
  keys.reduce((here, key) => (here?.kind === 'map' ? here.entries.get(key)?.value : undefined), tree);

function listIn(map: MapTree, key: string): readonly Tree[] {
  const tree = descend(map, key);
  return tree?.kind === 'list' ? tree.items : [];
}

function readExamples(trees: readonly Tree[], reporter: Reporter): readonly Example[] {
  return trees.flatMap((tree) => {
    if (tree.kind !== 'map') {
      reporter.report(
        'wrong-type',
        { what: 'an example', found: describe(tree), wanted: 'a map with "input"' },
        tree.span,
      );
      return [];
    }
    const fields = new Fields(tree, 'an example', ['name', 'description', 'input'], reporter);
    const texts = withoutUndefined({ name: fields.string('name'), description: fields.string('description') });
    const input = fields.tree('input');
    return [{ ...texts, input: input ? toJson(input) : null, tree: input ?? tree }];
  });
}
