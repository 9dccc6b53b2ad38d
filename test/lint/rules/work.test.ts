import { testRule } from '../lint.ts';

/** A case that says what a step gives. */
const mocked = (mocks: string): string => `
test: { cases: [{ name: one, input: {}, mocks: { ${mocks} }, output: { outcome: success } }] }
`;

const LARGE_TEXT = 'x'.repeat(40_000);

const twoReaders = (path = ''): string => `
steps:
  - { id: load, component: /shop/orders }
  - { id: count, component: /shop/count, input: { orders: «{ $step: load${path} }» } }
  - { id: sum, component: /shop/sum, input: { orders: { $step: load${path} } } }
`;

const unmarked = (text: string): string => text.replaceAll(/[«»]/g, '');

testRule('large-copy', {
  finds: {
    'a large result by the mock of a test': `${twoReaders()}${mocked(`load: { outcome: success, result: "${LARGE_TEXT}" }`)}`,
    'a large field by the mock of a component': `${twoReaders(', path: rows')}${mocked(
      `/shop/orders: { outcome: success, result: { rows: "${LARGE_TEXT}", id: 1 } }`,
    )}`,
    'a large result by the mock of the configuration': {
      files: {
        'stepflow-config.yml': `
plugins: { shop: { type: mock, components: { /orders: { behaviors: { null: { outcome: success, result: "${LARGE_TEXT}" } } } } } }
routes: { /shop: [{ plugin: shop }] }
`,
      },
      flow: `${twoReaders()}${mocked('')}`,
    },
    'a large result by the schema': twoReaders().replace(
      'component: /shop/orders',
      'component: /shop/orders, outputSchema: { type: array, maxItems: 1000, items: { type: string } }',
    ),
    'a result that the schema does not limit': twoReaders().replace(
      'component: /shop/orders',
      'component: /shop/orders, outputSchema: { type: array, items: { type: string } }',
    ),
    'what is called large': twoReaders().replaceAll('orders:', 'dataset:'),
  },
  passes: {
    'a small result by the mock of a test': `${unmarked(twoReaders()).replaceAll('orders:', 'dataset:')}${mocked(
      'load: { outcome: success, result: [1, 2, 3] }',
    )}`,
    'a small result by the schema': unmarked(twoReaders()).replace(
      'component: /shop/orders',
      'component: /shop/orders, outputSchema: { type: array, maxItems: 10, items: { type: integer } }',
    ),
    'a result of which nothing is known': unmarked(twoReaders()),
    'a small field of a large result': `${unmarked(twoReaders(', path: id'))}${mocked(
      `load: { outcome: success, result: { rows: "${LARGE_TEXT}", id: 1 } }`,
    )}`,
    'a large result that others only test, or measure': `
steps:
  - { id: load_dataset, component: /shop/orders }
  - { id: count, component: /shop/count, input: { rows: { $length: { $step: load_dataset } } } }
  - { id: sum, component: /shop/sum, input: { any: { $if: { $step: load_dataset }, then: 1 }, all: { $eq: [{ $step: load_dataset }, []] } } }
`,
    'one reader': `
steps:
  - { id: load_dataset, component: /shop/orders }
  - { id: count, component: /shop/count, input: { dataset: { $step: load_dataset } } }
`,
    'one reader that reads twice': `
steps:
  - { id: load_dataset, component: /shop/orders }
  - { id: compare, component: /shop/compare, input: { a: { $step: load_dataset }, b: { $step: load_dataset } } }
`,
    'a blob': `
steps:
  - { id: load_dataset, component: /shop/orders }
  - { id: keep, component: /put_blob, input: { data: { $step: load_dataset } } }
  - { id: count, component: /shop/count, input: { dataset_blob: { $step: keep, path: blob_id } } }
  - { id: sum, component: /shop/sum, input: { dataset_blob: { $step: keep, path: blob_id } } }
`,
  },
});

const blob = (rest: string): string => `
steps:
  - { id: load, component: /shop/orders }
  - { id: keep, component: /builtin/put_blob, input: { data: { $step: load } } }
${rest}`;

testRule('blob-read-once', {
  finds: {
    'a blob for one step': blob(`
  - { id: count, component: /shop/count, input: { orders_blob: { $step: keep, path: blob_id } } }
`).replace('id: keep', 'id: «keep»'),
    'a blob that is read again at once': blob(`
  - { id: again, component: /builtin/get_blob, input: { blob_id: { $step: keep, path: blob_id } } }
`).replace('id: keep', 'id: «keep»'),
  },
  passes: {
    'a blob for two steps': blob(`
  - { id: count, component: /shop/count, input: { orders_blob: { $step: keep, path: blob_id } } }
  - { id: sum, component: /shop/sum, input: { orders_blob: { $step: keep, path: blob_id } } }
`),
    'a blob that the output tells': blob(`
  - { id: count, component: /shop/count, input: { orders_blob: { $step: keep, path: blob_id } } }
output: { count: { $step: count }, orders: { $step: keep, path: blob_id } }
`),
    'a blob whose id is the result': blob(''),
    'a blob whose id leaves the flow': blob(`
  - { id: send, component: /http/post, input: { url: "https://example.com", body: { blob: { $step: keep, path: blob_id } } } }
`),
    'a component that takes the id of a blob': blob(`
  - id: count
    component: /shop/count
    inputSchema: { type: object, required: [blob_id], properties: { blob_id: { type: string } } }
    input: { blob_id: { $step: keep, path: blob_id } }
`),
    'a flow that a component of the project runs from a blob': `
steps:
  - { id: keep, component: /put_blob, input: { data: { $input: flow }, blob_type: flow } }
  - { id: run, component: /loops/repeat, input: { flow_id: { $step: keep, path: blob_id }, times: 3 } }
`,
    'a flow that is run from a blob': `
steps:
  - { id: keep, component: /put_blob, input: { data: { $input: flow }, blob_type: flow } }
  - { id: run, component: /eval, input: { flow_id: { $step: keep, path: blob_id }, input: {} } }
`,
  },
});

const retried = (component: string, rest = '', input = '{ a: { $input: a } }'): string => `
steps:
  - { id: «one», component: ${component}, input: ${input}, onError: { action: retry, maxRetries: 2${rest} } }
`;

testRule('retry-cannot-help', {
  finds: {
    'an extract': retried('/extract', '', '{ data: { $input: $ }, path: a }'),
    'input that stays wrong': retried('/text/clean', ', on: [INVALID_INPUT]'),
    noop: retried('/noop'),
  },
  passes: Object.fromEntries(
    Object.entries({
      'a component that may fail': retried('/text/clean'),
      'a timeout': retried('/text/clean', ', on: [TIMEOUT]'),
      'one failure of two': retried('/text/clean', ', on: [INVALID_INPUT, TIMEOUT]'),
      'a service that was not reached': retried('/text/clean', ', on: [UNREACHABLE]'),
      'a request': retried('/http/get', '', '{ url: { $input: url } }'),
      'a model': retried('/openai', '', '{ messages: { $input: messages } }'),
      'a map': retried(
        '/map',
        '',
        '{ items: { $input: a }, workflow: { steps: [{ id: b, component: /text/clean }] } }',
      ),
      'a default': `
steps:
  - { id: one, component: /extract, input: { data: { $input: $ }, path: a }, onError: { action: useDefault } }
`,
    }).map(([title, flow]) => [title, unmarked(flow)]),
  ),
});

testRule('unused-step', {
  finds: {
    'a step that never runs': `
steps:
  - { id: load, component: /shop/orders }
  - { id: «count», component: /shop/count, input: { orders: { $step: load } } }
output: { $step: load }
`,
  },
  passes: {
    'a step that must run': `
steps:
  - { id: load, component: /shop/orders }
  - { id: log, component: /log/write, mustExecute: true, input: { orders: { $step: load } } }
output: { $step: load }
`,
    'a step that stores something': `
steps:
  - { id: check, component: /cache/check, input: { key: a } }
  - { id: load, component: /shop/orders, skipIf: { $step: check, path: cache_hit } }
  - { id: keep, component: /cache/store, skipIf: { $step: check, path: cache_hit }, input: { key: a, value: { $step: load } } }
output: { $coalesce: [{ $step: check, path: value }, { $step: load }] }
`,
    'the last step of a flow without an output': `
steps:
  - { id: load, component: /shop/orders }
`,
  },
});

testRule('no-input-schema', {
  finds: {
    'a flow that reads its input': `# The orders.
«name»: orders
steps:
  - { id: load, component: /shop/orders, input: { id: { $input: id } } }
`,
    'a flow that is a list': `«- { id»: load, component: /shop/orders, input: { id: { { $input }, path: id } } }
`,
    'a flow in JSON': `«{ "steps"»: [{ "id": "load", "component": "/shop/orders", "input": { "$input": "$" } }] }
`,
  },
  passes: {
    'a flow with a schema': `
input_schema: { type: object }
steps:
  - { id: load, component: /shop/orders, input: { id: { $input: id } } }
`,
    'a schema among all schemas': `
schemas: { type: object, properties: { input: { type: object } } }
steps:
  - { id: load, component: /shop/orders, input: { id: { $input: id } } }
`,
    'a flow that reads nothing': `
steps:
  - { id: load, component: /shop/orders, input: { id: { $literal: { $input: id } } } }
`,
    'an inner flow that reads its item': `
steps:
  - id: each
    component: /builtin/map
    input: { items: [1, 2], workflow: { steps: [{ id: a, component: /shop/orders, input: { id: { $input: $ } } }] } }
`,
  },
});

const STEPS = 'steps: [{ id: load, component: /shop/orders }]\n';
const TESTED = `${STEPS}test: { cases: [{ name: a, input: {}, output: { outcome: success } }] }\n`;

testRule('no-test', {
  finds: { 'a flow without a test': STEPS.replace('steps', '«steps»') },
  passes: { 'a flow with a test': TESTED },
});

testRule('no-performance-test', {
  finds: { 'tests that measure nothing': TESTED.replace('steps', '«steps»') },
  passes: {
    'a test of the seconds': TESTED.replace(
      'outcome: success',
      'outcome: success, performance_metrics: { execution_time_ms: { $less_than: 1000 } }',
    ),
    'a flow without a test': STEPS,
  },
});
