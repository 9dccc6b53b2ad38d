import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { lint, only } from './lint.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

const SCHEMA = 'inputSchema: { type: object, properties: { text: {} } }';

/** Flows as they are and as --fix makes them. */
const FIXES: { readonly [title: string]: readonly [code: string, before: string, after: string] } = {
  'a field that is not taken, in a block': [
    'false-dependency',
    `steps:
  - { id: first, component: /text/clean } # It is read by the output.
  - id: second
    component: /text/clean
    ${SCHEMA}
    input:
      # What to clean.
      text: { $input: text } # From the user.
      before: { $step: first } # In order.
      # The end of the input.
output: [{ $step: first }, { $step: second }]
`,
    `steps:
  - { id: first, component: /text/clean } # It is read by the output.
  - id: second
    component: /text/clean
    ${SCHEMA}
    input:
      # What to clean.
      text: { $input: text } # From the user.
      # The end of the input.
output: [{ $step: first }, { $step: second }]
`,
  ],
  'a field that is not taken, of several lines and in the dialect of the guide': [
    'false-dependency',
    `steps:
  - { id: first, component: /text/clean }
  - id: second
    component: /text/clean
    ${SCHEMA}
    input:
      before:
        { { $step: first },
          path: done }
      text: { { $input }, path: text }
output: [{ $step: first }, { $step: second }]
`,
    `steps:
  - { id: first, component: /text/clean }
  - id: second
    component: /text/clean
    ${SCHEMA}
    input:
      text: { { $input }, path: text }
output: [{ $step: first }, { $step: second }]
`,
  ],
  'the only field': [
    'false-dependency',
    `steps:
  - { id: first, component: /text/clean }
  - { id: second, component: /text/clean, ${SCHEMA}, input: { before: { $step: first } } }
output: [{ $step: first }, { $step: second }]
`,
    `steps:
  - { id: first, component: /text/clean }
  - { id: second, component: /text/clean, ${SCHEMA}, input: {} }
output: [{ $step: first }, { $step: second }]
`,
  ],
  'one of two readers, as what nobody reads would be a result': [
    'false-dependency',
    `steps:
  - { id: first, component: /text/clean }
  - { id: second, component: /text/clean, ${SCHEMA}, input: { before: { $step: first }, text: a } }
  - { id: third, component: /text/join, input: { text: { $step: first } } }
  - { id: fourth, component: /text/clean, ${SCHEMA}, input: { before: { $step: first }, text: b } }
`,
    `steps:
  - { id: first, component: /text/clean }
  - { id: second, component: /text/clean, ${SCHEMA}, input: { text: a } }
  - { id: third, component: /text/join, input: { text: { $step: first } } }
  - { id: fourth, component: /text/clean, ${SCHEMA}, input: { text: b } }
`,
  ],
  'the last field, after an alias': [
    'false-dependency',
    `metadata: { text: &text Some text. }
steps:
  - { id: first, component: /text/clean }
  - { id: second, component: /text/clean, ${SCHEMA}, input: { text: *text, before: { $step: first } } }
output: [{ $step: first }, { $step: second }]
`,
    `metadata: { text: &text Some text. }
steps:
  - { id: first, component: /text/clean }
  - { id: second, component: /text/clean, ${SCHEMA}, input: { text: *text } }
output: [{ $step: first }, { $step: second }]
`,
  ],
  'extracts in JSON, which stays JSON': [
    'over-granular',
    `{
  "steps": [
    { "id": "load", "component": "/shop/order" },
    { "id": "city", "component": "/extract", "input": { "data": { "$step": "load" }, "path": "address.city" } },
    { "id": "total", "component": "/extract", "input": { "data": { "$step": "load" }, "path": "total" } }
  ],
  "output": [{ "$step": "city" }, { "$step": "total" }]
}
`,
    `{
  "steps": [
    { "id": "load", "component": "/shop/order" }
  ],
  "output": [{ "$step": "load", "path": "address.city" }, { "$step": "load", "path": "total" }]
}
`,
  ],
  'extracts of extracts, with comments between': [
    'over-granular',
    `# All of an order.
steps: [
  { id: load, component: /shop/order }, # The order.
  { id: address, component: /extract, input: { data: { $step: load }, path: address } }, # Its address.
  { id: city, component: /extract, input: { data: { $step: address }, path: city } }, # Its city.
  { id: send, component: /shop/send, input: { to: { $step: city } } }, # To the city.
]
`,
    `# All of an order.
steps: [
  { id: load, component: /shop/order }, # The order.
   # Its address.
   # Its city.
  { id: send, component: /shop/send, input: { to: { $step: load, path: "$.address.city" } } }, # To the city.
]
`,
  ],
  'an extract of a step whose id looks like something else': [
    'over-granular',
    `steps:
  - { id: "true", component: /shop/order }
  - id: city
    component: /extract
    input:
      data: { $step: "true" }
      path: city
  - { id: send, component: /shop/send, input: { to: { $from: { step: city } } } }
`,
    `steps:
  - { id: "true", component: /shop/order }
  - { id: send, component: /shop/send, input: { to: { $step: "true", path: "city" } } }
`,
  ],
  'a whole object whose reader and source have schemas': [
    'whole-object',
    `steps:
  - { id: load, component: /user/load, input: { user_id: { $input: id } } }
  - id: metrics
    component: /analytics/metrics
    input:
      # Of the user.
      user_data:
        $step: load # All of it.
`,
    `steps:
  - { id: load, component: /user/load, input: { user_id: { $input: id } } }
  - id: metrics
    component: /analytics/metrics
    input:
      # Of the user.
      user_data:
        { id: { $step: load, path: "id" }, joined_at: { $step: load, path: "joined_at" } } # All of it.
`,
  ],
};

describe('--fix mends', () => {
  test.each(Object.entries(FIXES))('%s', async (_, [code, before, after]) => {
    for (const windows of [false, true]) {
      const [from, to] = [before, after].map((text) => (windows ? text.replaceAll('\n', '\r\n') : text));
      const { text, diagnostics } = await lint(from ?? '', { levels: only(code), fix: true }, {}, REPOSITORY);
      expect(text).toBe(to);
      expect(diagnostics).toEqual([]);
    }
  });
});

/** What is found, and would mean something else if it were mended. */
const KEPT: { readonly [title: string]: readonly [code: string, flow: string] } = {
  'a source that would be a result': [
    'false-dependency',
    `steps:
  - { id: first, component: /text/clean }
  - { id: second, component: /text/clean, ${SCHEMA}, input: { text: { $input: text }, before: { $step: first } } }
`,
  ],
  'a source that would not run': [
    'false-dependency',
    `steps:
  - { id: first, component: /mail/send }
  - { id: second, component: /text/clean, ${SCHEMA}, input: { text: { $input: text }, before: { $step: first } } }
output: { $step: second }
`,
  ],
  'a source that may be skipped, and its reader with it': [
    'false-dependency',
    `steps:
  - { id: first, component: /text/clean, skipIf: { $input: short } }
  - { id: second, component: /text/clean, ${SCHEMA}, input: { text: { $input: text }, before: { $step: first } } }
output: [{ $coalesce: [{ $step: first }, ""] }, { $coalesce: [{ $step: second }, ""] }]
`,
  ],
  'an input that two steps share': [
    'false-dependency',
    `steps:
  - { id: first, component: /text/clean }
  - id: second
    component: /text/clean
    ${SCHEMA}
    input: &input { text: { $input: text }, before: { $step: first } }
  - { id: third, component: /text/join, input: *input }
output: [{ $step: first }, { $step: second }, { $step: third }]
`,
  ],
  'an extract that a test mocks': [
    'over-granular',
    `steps:
  - { id: load, component: /shop/order }
  - { id: city, component: /extract, input: { data: { $step: load }, path: city } }
  - { id: send, component: /shop/send, input: { to: { $step: city } } }
test:
  cases:
    - { name: a, input: {}, mocks: { city: { outcome: success, result: Rome } }, output: { outcome: success } }
`,
  ],
  'an extract whose readers would read on along an unclear path': [
    'over-granular',
    `steps:
  - { id: load, component: /shop/order }
  - { id: address, component: /extract, input: { data: { $step: load }, path: address.first } }
  - { id: send, component: /shop/send, input: { to: { $step: address, path: city } } }
`,
  ],
  'a whole object of a step that may have another result': [
    'whole-object',
    `steps:
  - id: load
    component: /user/load
    onError: { action: useDefault, defaultValue: { id: u000, joined_at: "2024-01-01T00:00:00Z" } }
    input: { user_id: { $input: id } }
  - { id: metrics, component: /analytics/metrics, input: { user_data: { $step: load } } }
`,
  ],
  'an extract of what may be null, where a path goes on': [
    'over-granular',
    `steps:
  - { id: load, component: /shop/order }
  - { id: buyer, component: /builtin/extract, input: { data: { $step: load }, path: buyer } }
output: { $step: buyer, path: email }
`,
  ],
  'a field that a mock asks for': [
    'false-dependency',
    `steps:
  - { id: first, component: /text/clean }
  - { id: second, component: /text/mend, ${SCHEMA}, input: { text: a, before: { $step: first } } }
output: [{ $step: first }, { $step: second }]
test:
  cases:
    - name: in order
      mocks: { second: [{ input: { before: 1 }, outcome: success, result: 2 }] }
      output: { outcome: success }
`,
  ],
  'a whole object by what the steps say of themselves': [
    'whole-object',
    `steps:
  - id: load
    component: /shop/order
    outputSchema: { type: object, required: [id, a, b], properties: { id: {}, a: {}, b: {} } }
  - id: ship
    component: /shop/ship
    inputSchema: { type: object, properties: { order: { type: object, properties: { id: {} } } } }
    input: { order: { $step: load } }
`,
  ],
};

test('--fix leaves one of two readers, where what nobody reads would be a result', async () => {
  const second = `{ id: second, component: /text/clean, ${SCHEMA}, input: { text: a, before: { $step: first } } }`;
  const source = `steps:
  - { id: first, component: /text/clean }
  - ${second}
  - ${second.replace('second', 'third')}
`;
  const { text, fixed } = await lint(source, { levels: only('false-dependency'), fix: true });
  expect([text, fixed]).toEqual([source.replace(', before: { $step: first }', ''), 1]);
});

test('--fix leaves a map where it removes all fields of a block', async () => {
  const source = `steps:
  - { id: first, component: /text/clean }
  - { id: second, component: /text/clean }
  - id: third
    component: /text/mend
    ${SCHEMA}
    input:
      one: { $step: first }
      two: { $step: second }
output: [{ $step: first }, { $step: second }, { $step: third }]
`;
  const { text, fixed } = await lint(source, { levels: only('false-dependency'), fix: true });
  const mended = source.replace('      one: { $step: first }\n', '').replace('two: { $step: second }', '{}');
  expect([text, fixed]).toEqual([mended, 2]);
});

test('--fix stores two large values of a step in two blobs', async () => {
  const fields = '{ x: {}, y: {}, x_blob: { type: string }, y_blob: { type: string } }';
  const reader = (id: string) => `  - id: ${id}
    component: /text/mend
    inputSchema: { type: object, properties: ${fields} }
    input: { x: { $step: load, path: x }, y: { $step: load, path: y } }
`;
  const large = '{ type: string, maxLength: 100000 }';
  const source = `steps:
  - id: load
    component: /text/clean
    outputSchema: { type: object, properties: { x: ${large}, y: ${large} } }
${reader('one')}${reader('two')}output: [{ $step: one }, { $step: two }]
`;
  const { text, fixed, diagnostics } = await lint(source, { levels: only('large-copy'), fix: true });
  expect([fixed, diagnostics]).toEqual([2, []]);
  expect(text.match(/id: store_\w+/g)?.sort()).toEqual(['id: store_load', 'id: store_load_2']);
});

test('--fix mends many extracts at once', async () => {
  const numbers = [...Array(100).keys()];
  const extract = (n: number): string =>
    `  - { id: e${n}, component: /builtin/extract, input: { data: { $step: load }, path: f${n} } }\n`;
  const source = (extracts: string, read: (n: number) => string): string =>
    `steps:\n  - { id: load, component: /shop/order }\n${extracts}output: [${numbers.map(read).join(', ')}]\n`;
  const before = source(numbers.map(extract).join(''), (n) => `{ $step: e${n} }`);
  const { text, fixed } = await lint(before, { levels: only('over-granular'), fix: true });
  expect([text, fixed]).toEqual([source('', (n) => `{ $step: load, path: "f${n}" }`), 100]);
});

describe('--fix finds, and leaves as it is,', () => {
  test.each(Object.entries(KEPT))('%s', async (_, [code, source]) => {
    const { text, fixed, diagnostics } = await lint(source, { levels: only(code), fix: true }, {}, REPOSITORY);
    expect([text, fixed]).toEqual([source, 0]);
    const found = diagnostics.filter((one) => one.code === code);
    expect(found.length).toBeGreaterThan(0);
    expect(found.map(({ fixable }) => fixable)).not.toContain(true);
  });
});
