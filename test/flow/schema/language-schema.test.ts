import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { Reporter } from '../../../lib/diagnostics/diagnostics.ts';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';
import { OPERATOR_FORMS } from '../../../lib/flow/read/read-operator.ts';
import { languageSchema } from '../../../lib/flow/schema/language-schema.ts';
import { readTree } from '../../../lib/flow/text/read-tree.ts';
import { toJson } from '../../../lib/flow/text/tree.ts';
import { hasShared, shared } from '../../shared.ts';

const validate = new Ajv({ strict: true, allowUnionTypes: true, strictTypes: false, strictRequired: false }).compile(
  languageSchema(),
);

/** What the schema has against a flow's text; a text that is no YAML fails the test. */
function faultsIn(source: string): readonly string[] {
  const tree = readTree(source, new Reporter('flow.yaml'));
  if (!tree) throw new Error('this is no YAML');
  return validate(toJson(tree)) ? [] : (validate.errors ?? []).map(({ instancePath }) => instancePath);
}

const yamlIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ya?ml$/.test(file) && !file.includes('stepflow-config'))
    .map((file) => join(folder, file));

describe('the schema of the language', () => {
  it('has each operator that is read, and explains it', () => {
    const text = JSON.stringify(languageSchema().definitions);
    for (const [key] of OPERATOR_FORMS) expect(text).toContain(`"properties":{"${key}":`);
  });

  it('is a file of the package, up to date', () => {
    expect(JSON.parse(readFileSync('schema/flow.json', 'utf8'))).toEqual(languageSchema());
    expect(JSON.parse(readFileSync('package.json', 'utf8')).files).toContain('schema');
  });

  it.each([...yamlIn('workflows'), ...yamlIn('examples')])('fits %s, which names it', (file) => {
    const source = readFileSync(file, 'utf8');
    expect(faultsIn(source)).toEqual([]);
    expect(source.split('\n')[0]).toBe('# yaml-language-server: $schema=../schema/flow.json');
  });

  it.each([
    ['a bare list', '- { id: a, component: /x/y }'],
    [
      'the dialect of the guide',
      '- { id: a, component: /x/y, input: { u: { { $step: b }, path: "a[0]" }, all: { { $input } } } }',
    ],
    [
      'the dialect of 2025',
      '- { id: a, component: /x/y, skip: { $from: { workflow: input }, path: x }, input: { $from: { step: b }, onSkip: { action: useDefault, defaultValue: 1 } } }',
    ],
    [
      'snake_case',
      'input_schema: {}\nsteps: [{ id: a, component: /x/y, must_execute: true, on_error: { action: useDefault, default_value: 1 } }]',
    ],
    [
      'expressions in expressions',
      'output: { $if: { $input: a }, then: [{ $coalesce: [{ $variable: v, default: { $input: $ } }] }], else: { $literal: { $if: 1 } } }',
    ],
    [
      'operators in operators',
      '- { id: a, component: /x/y, skip_if: { $not: { $and: [{ $eq: [1, { $input: a }] }, { $in: [a, [b]] }] } }, input: { $concat: [a, { $length: { $input: b } }] } }',
    ],
    ['data with keys that begin with $', 'output: { $blob: abc }'],
    [
      'mocks with nulls',
      'test: { cases: [{ name: a, mocks: { /x/y: { outcome: null, input: null, result: null, error: null, seconds: null, times: null }, b: [{ error: { code: null, message: no, data: 1 } }] } }] }',
    ],
    ['any metadata', 'metadata: [1]\noutput: 1'],
    ['a wish for chains in one function', 'metadata: { aws: { fuse: true, type: EXPRESS }, more: 1 }\noutput: 1'],
  ])('accepts %s', (_, source) => {
    expect(faultsIn(source)).toEqual([]);
  });

  it.each([
    ['an unknown key', 'stpes: []'],
    ['an unknown key of a step', 'steps: [{ id: a, component: /x/y, inputs: 1 }]'],
    ['a step without a component', 'steps: [{ id: a }]'],
    ['an id that is none', 'steps: [{ id: "a b", component: /x/y }]'],
    ['a component that is none', 'steps: [{ id: a, component: load }]'],
    ['an $if without then', 'output: [{ a: { $if: true } }]'],
    ['an unknown key of an expression', 'output: { $step: a, pth: b }'],
    ['a $coalesce without a list', 'output: { $coalesce: a }'],
    ['an $eq of three values', 'output: { $eq: [1, 2, 3] }'],
    ['a $gt of one value', 'output: { a: { $gt: 18 } }'],
    ['a $concat without a list', 'output: { $concat: a }'],
    ['an operator with another key', 'output: { $eq: [1, 2], then: 1 }'],
    ['an action that is none', 'steps: [{ id: a, component: /x/y, onError: { action: ignore } }]'],
    ['a case without a name', 'test: { cases: [{ input: 1 }] }'],
    ['a mock that is none', 'test: { cases: [{ name: a, mocks: { /x/y: 1 } }] }'],
    ['a mock with an unknown key', 'test: { cases: [{ name: a, mocks: { /x/y: { reslt: 1 } } }] }'],
    ['a mock that takes less than no time', 'test: { cases: [{ name: a, mocks: { /x/y: { seconds: -1 } } }] }'],
    ['an error of a mock without a message', 'test: { cases: [{ name: a, mocks: { /x/y: { error: {} } } }] }'],
    ['an unknown key for AWS', 'metadata: { aws: { fues: true } }\noutput: 1'],
    ['a type of state machine that there is not', 'metadata: { aws: { type: EXPRES } }\noutput: 1'],
    ['a wish for chains that is none', 'metadata: { aws: { fuse: 1 } }\noutput: 1'],
    ['a flow that is none', '5'],
  ])('refuses %s', (_, source) => {
    expect(faultsIn(source)).not.toEqual([]);
  });
});

const flows = hasShared('conformance/stepflow') ? yamlIn(shared('conformance/stepflow')) : [];
interface Vector {
  readonly flow: unknown;
  readonly expect: { readonly invalid?: boolean };
}
const vectors: readonly Vector[] = hasShared('conformance/language/vectors.json')
  ? JSON.parse(readFileSync(shared('conformance/language/vectors.json'), 'utf8'))
  : [];

describe.runIf(flows.length > 0)('the schema of the language and the flows of others', () => {
  it('fits every one', () => {
    expect(flows.filter((file) => faultsIn(readFileSync(file, 'utf8')).length > 0)).toEqual([]);
  });

  it('fits every flow that the compiler reads', () => {
    const sources = vectors.map(({ flow }) => JSON.stringify(flow));
    const read = sources.filter((source) =>
      readFlow(source, 'f.yaml').diagnostics.every(({ severity }) => severity !== 'error'),
    );
    expect(read.filter((source) => faultsIn(source).length > 0)).toEqual([]);
  });
});
