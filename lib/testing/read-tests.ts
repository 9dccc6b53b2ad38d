import { Reporter } from '../diagnostics/diagnostics.ts';
import { withoutUndefined } from '../flow/read/read-step.ts';
import { Fields } from '../flow/text/fields.ts';
import { readTree } from '../flow/text/read-tree.ts';
import { describe, type MapTree, type Tree, toJson } from '../flow/text/tree.ts';
import { isObject, type Json } from '../protocol/json.ts';
import type { Expectation } from './expectation.ts';
import { readExpectation } from './read-expectation.ts';
import { readBehaviours } from './read-mocks.ts';
import {
  type CaseMock,
  type ConfigLocation,
  METRICS,
  type Metric,
  type TestCase,
  type TestSection,
} from './test-case.ts';

/** The empty `test` section of a flow that has none. */
const NO_TESTS: TestSection = { cases: [] };

/** Reads a flow's `test` section. What is wrong with the text as a whole is left to the compiler to say. */
export function readTests(source: string, reporter: Reporter): TestSection {
  const root = readTree(source, new Reporter(reporter.file));
  const tree = root?.kind === 'map' ? root.entries.get('test')?.value : undefined;
  if (tree === undefined || isNull(tree)) return NO_TESTS;
  if (tree.kind !== 'map') {
    reporter.report('wrong-type', { what: '"test"', found: describe(tree), wanted: 'a map with "cases"' }, tree.span);
    return NO_TESTS;
  }
  const fields = new Fields(tree, 'the test section', ['cases', 'config', 'configFile'], reporter);
  const cases = (fields.list('cases') ?? []).map((item, index) => readCase(item, index, new Reporter(reporter.file)));
  const config = readConfigLocation(fields);
  return { cases, ...(config && { config }) };
}

const isNull = (tree: Tree): boolean => tree.kind === 'scalar' && tree.value === null;

function readConfigLocation(fields: Fields): ConfigLocation | undefined {
  const tree = fields.object('config');
  if (tree) return { kind: 'inline', tree };
  const path = fields.string('configFile');
  const span = fields.tree('configFile')?.span;
  return path !== undefined && span ? { kind: 'file', path, span } : undefined;
}

const CASE_KEYS = ['name', 'description', 'tags', 'input', 'variables', 'mocks', 'output'];

/** `reporter` takes what is wrong with this case alone. */
function readCase(written: Tree, index: number, reporter: Reporter): TestCase {
  const tree = asMap(written, reporter);
  const fields = new Fields(tree, nameFor(tree, index), CASE_KEYS, reporter);
  const name = written.kind === 'map' ? fields.requiredString('name') : undefined;
  const input = fields.tree('input');
  const variables = fields.object('variables');
  return {
    name: name ?? `#${index + 1}`,
    ...withoutUndefined({ description: fields.string('description') }),
    tags: readTags(fields, reporter),
    input: input ? toJson(input) : {},
    ...(input && { inputTree: input }),
    variables: variables ? asObject(toJson(variables)) : {},
    mocks: readMocks(fields.object('mocks'), reporter),
    ...readOutput(fields, reporter),
    diagnostics: reporter.diagnostics,
  };
}

function asMap(tree: Tree, reporter: Reporter): MapTree {
  if (tree.kind === 'map') return tree;
  const wanted = 'a map with name, input and output';
  reporter.report('wrong-type', { what: 'a test case', found: describe(tree), wanted }, tree.span);
  return { kind: 'map', entries: new Map(), span: tree.span };
}

function nameFor({ entries }: MapTree, index: number): string {
  const name = entries.get('name')?.value;
  return name?.kind === 'scalar' && name.value !== null ? `the case "${name.value}"` : `the case number ${index + 1}`;
}

const asObject = (value: Json) => (isObject(value) ? value : {});

function readTags(fields: Fields, reporter: Reporter): readonly string[] {
  return (fields.list('tags') ?? []).flatMap((tree) => {
    if (tree.kind === 'scalar' && typeof tree.value === 'string') return [tree.value];
    reporter.report('wrong-type', { what: 'a tag', found: describe(tree), wanted: 'a string' }, tree.span);
    return [];
  });
}

function readMocks(map: MapTree | undefined, reporter: Reporter): readonly CaseMock[] {
  return [...(map?.entries ?? [])].map(([target, { key, value }]) => {
    return { target, span: key, behaviours: readBehaviours(value, `the mock of "${target}"`, reporter) };
  });
}

type Output = Pick<TestCase, 'expected' | 'metrics'>;

/** What a case without `output` expects: success. */
const SUCCESS: Output = { expected: mapOf([['outcome', { kind: 'scalar', value: 'success' }]]), metrics: [] };

function readOutput(fields: Fields, reporter: Reporter): Output {
  const map = fields.object('output');
  if (!map) return SUCCESS;
  const output = new Fields(map, 'an expected output', ['outcome', 'result', 'error', 'performanceMetrics'], reporter);
  const metrics = readMetrics(output.object('performanceMetrics'), reporter);
  const parts: readonly (readonly [string, Expectation | undefined])[] = [
    ['outcome', readOutcome(output, reporter)],
    ['result', expectationAt(output, 'result', reporter)],
    ['error', readError(output, reporter)],
    ['performance_metrics', metrics && mapOf(metrics)],
  ];
  const written = parts.flatMap(([key, part]) => (part ? [[key, part] as const] : []));
  return { expected: mapOf(written), metrics: metrics?.map(([name]) => name) ?? [] };
}

function mapOf(entries: readonly (readonly [string, Expectation])[]): Expectation {
  return { kind: 'map', entries: new Map(entries) };
}

function expectationAt(fields: Fields, key: string, reporter: Reporter): Expectation | undefined {
  const tree = fields.tree(key);
  return tree && readExpectation(tree, reporter);
}

function readOutcome(fields: Fields, reporter: Reporter): Expectation | undefined {
  if (fields.tree('outcome')?.kind !== 'map') fields.oneOf('outcome', ['success', 'failed', 'skipped']);
  return expectationAt(fields, 'outcome', reporter);
}

/** Only code and message are compared: the data of an error differs between engines. */
function readError(fields: Fields, reporter: Reporter): Expectation | undefined {
  const tree = fields.tree('error');
  if (tree?.kind !== 'map' || [...tree.entries.keys()].some((key) => key.startsWith('$'))) {
    return tree && readExpectation(tree, reporter);
  }
  const error = new Fields(tree, 'an expected error', ['code', 'message', 'data'], reporter);
  return mapOf(
    ['code', 'message'].flatMap((key) => {
      const part = expectationAt(error, key, reporter);
      return part ? [[key, part] as const] : [];
    }),
  );
}

const toCamelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function readMetrics(
  map: MapTree | undefined,
  reporter: Reporter,
): readonly (readonly [Metric, Expectation])[] | undefined {
  if (!map) return undefined;
  const names = new Map<string, string>(METRICS.map((name) => [toCamelCase(name), name]));
  const fields = new Fields(map, 'the performance_metrics', [...names.keys()], reporter, {
    spelt: (key) => names.get(key) ?? key,
  });
  return METRICS.flatMap((name) => {
    const part = expectationAt(fields, toCamelCase(name), reporter);
    return part ? [[name, part] as const] : [];
  });
}
