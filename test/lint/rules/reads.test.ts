import { fileURLToPath } from 'node:url';
import { testRule } from '../lint.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

testRule('sequential-fetches', {
  finds: {
    'a request that waits for another one': `
steps:
  - { id: prices, component: /http/get, input: { url: "https://prices.example.com" } }
  - { id: rates, component: /http/get, input: { url: "https://rates.example.com", after: «{ $step: prices }» } }
`,
    'a load that says that it only waits': `
steps:
  - { id: orders, component: /orders/load, input: { id: { $input: id } } }
  - { id: stock, component: /stock/load, input: { shop: north, previous: «{ $step: orders }» } }
`,
    'a model that need not wait for a file': `
steps:
  - { id: file, component: /builtin/load_file, input: { path: a.json } }
  - { id: ask, component: /builtin/openai, input: { messages: { $input: messages }, waits_for: «{ $step: file }» } }
`,
  },
  passes: {
    'requests side by side': `
steps:
  - { id: prices, component: /http/get, input: { url: "https://prices.example.com" } }
  - { id: rates, component: /http/get, input: { url: "https://rates.example.com" } }
`,
    'a request whose address is in the answer of another one': `
steps:
  - { id: index, component: /http/get, input: { url: "https://example.com/index" } }
  - { id: page, component: /http/get, input: { url: { $step: index, path: body.first } } }
`,
    'a request that sends an answer on': `
steps:
  - { id: read, component: /http/get, input: { url: "https://example.com/a" } }
  - { id: write, component: /http/post, input: { url: "https://example.com/b", body: { $step: read } } }
`,
    'a request whose header is an answer': `
steps:
  - { id: login, component: /http/post, input: { url: "https://example.com/login" } }
  - id: call
    component: /http/get
    input: { url: "https://example.com/me", headers: { authorization: { $step: login, path: body.token } } }
`,
    'a load for what was loaded': `
steps:
  - { id: user, component: /user/fetch, input: { id: { $input: id } } }
  - { id: posts, component: /posts/fetch, input: { user: { $step: user }, limit: 10 } }
`,
    'a prompt with what was fetched': `
steps:
  - { id: page, component: /http/get, input: { url: { $input: url } } }
  - id: ask
    component: /builtin/openai
    input: { model: gpt-4o-mini, max_tokens: 100, messages: [{ role: user, content: { $step: page, path: body } }] }
`,
    'a choice of an answer': `
steps:
  - { id: ask, component: /chat/completions, input: { messages: { $input: messages }, max_tokens: 50 } }
  - { id: next, component: /llm/ask, input: { prompt: { $step: ask, path: "choices[0].message.content" }, max_tokens: 50 } }
`,
  },
});

testRule('over-granular', {
  finds: {
    'two extracts of one source': `
steps:
  - { id: load, component: /catalog/load }
  - { id: «title», component: /extract, input: { data: { $step: load }, path: title } }
  - { id: «price», component: /extract, input: { data: { $step: load }, path: "offers[0].price" } }
output: { title: { $step: title }, price: { $step: price } }
`,
    'an extract of the input': `
steps:
  - { id: «city», component: /builtin/extract, input: { data: { $input: $ }, path: address.city } }
  - { id: weather, component: /weather/now, input: { city: { $step: city } } }
`,
    'extracts in the dialects of the guide and of 2025': `
steps:
  - { id: load, component: /catalog/load }
  - id: «title»
    component: /extract
    input:
      data: { { $step: load } }
      path: "title"
  - id: «price»
    component: /extract
    input:
      data: { $from: { step: load }, path: $.offer }
      path: price
`,
  },
  passes: {
    'one extract of several fields': `
steps:
  - { id: load, component: /catalog/load }
  - { id: both, component: /data/extract_multiple, input: { data: { $step: load }, fields: [title, price] } }
`,
    'a path that is computed': `
steps:
  - { id: load, component: /catalog/load }
  - { id: one, component: /extract, input: { data: { $step: load }, path: { $input: path } } }
`,
    'an extract of what one of two steps gives': `
steps:
  - { id: a, component: /catalog/load, skipIf: { $input: old } }
  - { id: b, component: /catalog/load_old, skipIf: { $step: a } }
  - { id: one, component: /extract, input: { data: { $coalesce: [{ $step: a }, { $step: b }] }, path: title } }
`,
    'an extract that has a value where the path is missing': `
steps:
  - { id: load, component: /catalog/load }
  - id: one
    component: /extract
    onError: { action: useDefault, defaultValue: none }
    input: { data: { $step: load }, path: subtitle }
`,
    'an extract that some runs skip': `
steps:
  - { id: load, component: /catalog/load }
  - { id: one, component: /extract, skipIf: { $input: short }, input: { data: { $step: load }, path: title } }
`,
    'a path where it is read': `
steps:
  - { id: load, component: /catalog/load }
  - { id: show, component: /page/show, input: { title: { $step: load, path: title } } }
`,
    'a component of the project that is called so': `
steps:
  - { id: load, component: /catalog/load }
  - { id: title, component: /text/extract, input: { data: { $step: load }, path: title } }
`,
  },
});

testRule('whole-object', {
  finds: {
    'a user of whom few fields are taken': {
      project: REPOSITORY,
      flow: `
steps:
  - { id: load, component: /user/load, input: { user_id: { $input: id } } }
  - { id: metrics, component: /analytics/metrics, input: { user_data: «{ $step: load }» } }
`,
    },
    'few of many fields by the schemas of the steps': `
steps:
  - id: load
    component: /shop/order
    outputSchema: { type: object, properties: { id: {}, lines: {}, address: {}, total: {} } }
  - id: ship
    component: /shop/ship
    inputSchema: { type: object, properties: { order: { type: object, properties: { id: {}, address: {} } } } }
    input: { order: «{ $step: load }» }
`,
    'steps of which nothing is known': `
steps:
  - { id: load, component: /shop/order }
  - { id: ship, component: /shop/ship, input: { order: «{ $step: load }» } }
`,
  },
  passes: {
    paths: `
steps:
  - { id: load, component: /shop/order }
  - { id: ship, component: /shop/ship, input: { id: { $step: load, path: id } } }
`,
    'most of the fields': `
steps:
  - id: load
    component: /shop/order
    outputSchema: { type: object, properties: { id: {}, lines: {}, address: {} } }
  - id: ship
    component: /shop/ship
    inputSchema: { type: object, properties: { order: { type: object, properties: { id: {}, address: {} } } } }
    input: { order: { $step: load } }
`,
    'a reader that takes any field': `
steps:
  - { id: load, component: /shop/order, outputSchema: { type: object, properties: { id: {}, a: {}, b: {} } } }
  - id: log
    component: /log/write
    inputSchema: { type: object, properties: { entry: { type: object, properties: { id: {} }, additionalProperties: true } } }
    input: { entry: { $step: load } }
`,
    'a result that is a text': `
steps:
  - { id: load, component: /text/load, outputSchema: { type: string } }
  - { id: clean, component: /text/clean, input: { text: { $step: load } } }
`,
    'the body of a request, a blob and a cache': `
steps:
  - { id: load, component: /shop/order }
  - { id: send, component: /http/post, input: { url: "https://example.com", body: { $step: load } } }
  - { id: keep, component: /builtin/put_blob, input: { data: { $step: load } } }
  - { id: cache, component: /cache/store, input: { key: a, value: { $step: load } } }
`,
    'all input of a step': `
steps:
  - { id: load, component: /shop/order }
  - { id: ship, component: /shop/ship, input: { $step: load } }
`,
  },
});

const alike = (third: string): string => `
steps:
  - { id: one, component: /text/translate, input: { text: { $input: "texts[0]" }, to: de } }
  - ${third}
`;

testRule('single-items', {
  finds: {
    'two items of a list': `
steps:
  - { id: one, component: /text/translate, input: { text: «{ $input: "texts[0]" }», to: de } }
  - { id: two, component: /text/translate, input: { text: { $input: "texts[1]" }, to: de } }
`,
    'items of a result, in the dialect of the guide': `
steps:
  - { id: load, component: /orders/load }
  - id: a
    component: /orders/check
    input:
      order: «{ { $step: load }, path: "orders[0]" }»
  - id: b
    component: /orders/check
    input:
      order: { { $step: load }, path: "orders[1]" }
`,
    'items in flow style, one step a line': `
steps: [
  { id: a, component: /orders/check, input: { order: «{ $from: { workflow: input }, path: "$.orders[0]" }» } },
  { id: b, component: /orders/check, input: { order: { $from: { workflow: input }, path: "$.orders[1]" } } },
]
`,
    'one item for a component for single ones': `
steps:
  - { id: a, component: /orders/check_single, input: { order: «{ $input: "orders[0]" }» } }
`,
    'one item where the plugin has a component for many': `
steps:
  - { id: all, component: /orders/check_batch, input: { orders: { $input: orders } } }
  - { id: a, component: /orders/check, input: { order: «{ $input: "orders[0]" }» } }
`,
  },
  passes: {
    'the first choice of a model': `
steps:
  - { id: ask, component: /openai/chat, input: { messages: { $input: messages }, max_tokens: 50 } }
  - { id: show, component: /page/show, input: { text: { $step: ask, path: "choices[0].message.content" } } }
  - { id: keep, component: /page/keep, input: { choice: { $step: ask, path: "choices[0]" } } }
`,
    'the best result of a search': `
steps:
  - { id: search, component: /index/search, input: { q: { $input: q } } }
  - { id: open, component: /index/open, input: { document: { $step: search, path: "documents[0]" } } }
`,
    'a map': `
steps:
  - id: all
    component: /builtin/map
    input: { items: { $input: texts }, workflow: { steps: [{ id: a, component: /text/translate, input: { text: { $input: $ } } }] } }
`,
    'other settings for each item': alike(
      '{ id: two, component: /text/translate, input: { text: { $input: "texts[1]" }, to: fr } }',
    ),
    'other conditions for each item': alike(
      '{ id: two, component: /text/translate, skipIf: { $input: short }, input: { text: { $input: "texts[1]" }, to: de } }',
    ),
    'another component for each item': alike(
      '{ id: two, component: /text/clean, input: { text: { $input: "texts[1]" }, to: de } }',
    ),
    'another list for each item': alike(
      '{ id: two, component: /text/translate, input: { text: { $input: "titles[1]" }, to: de } }',
    ),
    'the first and the second of a pair, compared by one step': `
steps:
  - { id: compare, component: /text/compare, input: { left: { $input: "pair[0]" }, right: { $input: "pair[1]" } } }
`,
  },
});
