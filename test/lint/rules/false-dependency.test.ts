import { fileURLToPath } from 'node:url';
import { testRule } from '../lint.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

const SCORE_SCHEMA = 'inputSchema: { type: object, required: [user, history], properties: { user: {}, history: {} } }';

testRule('false-dependency', {
  finds: {
    'a field that the schema does not have': `
steps:
  - { id: geocode, component: /geo/locate, input: { address: { $input: address } } }
  - id: weather
    component: /weather/forecast
    inputSchema: { type: object, properties: { city: { type: string } } }
    input: { city: { $input: city }, place: «{ $step: geocode }» }
`,
    'a field that the schema does not have, though another step is read later': `
steps:
  - { id: geocode, component: /geo/locate, input: { address: { $input: address } } }
  - { id: rates, component: /bank/rates }
  - id: offer
    component: /sales/offer
    inputSchema: { type: object, properties: { rates: {} } }
    input: { rates: { $step: rates }, place: «{ $step: geocode }» }
`,
    'an optional field where the rest is there earlier': `
steps:
  - { id: history, component: /orders/history, input: { id: { $input: id } } }
  - id: greet
    component: /mail/greet
    inputSchema: { type: object, required: [name], properties: { name: {}, orders: {} } }
    input: { name: { $input: name }, orders: «{ $step: history }» }
`,
    'a field of a component without a schema where the rest is there earlier': `
steps:
  - { id: first, component: /text/clean, input: { text: { $input: one } } }
  - id: second
    component: /text/clean
    input: { text: { $input: two }, before: «{ $step: first }» }
`,
    'the dialect of the guide': `
steps:
  - { id: first, component: /text/clean, input: { text: { { $input }, path: one } } }
  - id: second
    component: /text/clean
    input:
      text: { { $input }, path: two }
      before: «{ { $step: first } }»
`,
    'the dialect of 2025': `
steps:
  - { id: first, component: /text/clean, input: { text: { $from: { workflow: input }, path: one } } }
  - id: second
    component: /text/clean
    input:
      text: { $from: { workflow: input }, path: two }
      before: «{ $from: { step: first } }»
`,
    JSON: `{
  "steps": [
    { "id": "first", "component": "/text/clean", "input": { "text": { "$input": "one" } } },
    { "id": "second", "component": "/text/clean", "input": { "text": { "$input": "two" }, "before": «{ "$step": "first" }» } }
  ]
}
`,
    'lines that end as those of Windows': `steps:\r
  - { id: first, component: /text/clean, input: { text: { $input: one } } }\r
  - id: second\r
    component: /text/clean\r
    input:\r
      text: { $input: two }\r
      before: «{ $step: first }»\r
`,
    'an inner flow': `
steps:
  - id: each
    component: /builtin/map
    input:
      items: { $input: items }
      workflow:
        steps:
          - { id: first, component: /text/clean, input: { text: { $input: one } } }
          - { id: second, component: /text/clean, input: { text: { $input: two }, before: «{ $step: first }» } }
`,
    'a field that a component of the project does not take': {
      project: REPOSITORY,
      flow: `
steps:
  - { id: load, component: /user/load, input: { user_id: { $input: id } } }
  - id: posts
    component: /content/posts
    input: { user_id: { $input: id }, user: «{ $step: load }» }
`,
    },
    'a field that a built-in component does not take': `
steps:
  - { id: first, component: /builtin/http, input: { url: { $input: one } } }
  - { id: second, component: /builtin/http, input: { url: { $input: two }, previous: «{ $step: first }» } }
`,
  },
  passes: {
    'a diamond whose last step requires both sides': `
steps:
  - { id: user, component: /user/find, input: { id: { $input: id } } }
  - { id: history, component: /orders/history, input: { user: { $step: user } } }
  - { id: score, component: /risk/score, ${SCORE_SCHEMA}, input: { user: { $step: user }, history: { $step: history } } }
`,
    'a required field of any shape, with a value that is put together': `
steps:
  - { id: user, component: /user/find, input: { id: { $input: id } } }
  - id: send
    component: /mail/send
    inputSchema: { type: object, required: [data], properties: { data: { type: object } } }
    input: { data: { to: { $input: to }, user: { $step: user } } }
`,
    'a required field that the schema says nothing else of': `
steps:
  - { id: user, component: /user/find, input: { id: { $input: id } } }
  - id: send
    component: /mail/send
    inputSchema: { type: object, required: [data] }
    input: { to: { $input: to }, data: { $step: user } }
`,
    'a required field by a reference into the schema': `
steps:
  - { id: user, component: /user/find, input: { id: { $input: id } } }
  - id: send
    component: /mail/send
    inputSchema: { type: object, required: [data], properties: { data: { $ref: '#/$defs/data' } }, $defs: { data: {} } }
    input: { data: { to: { $input: to }, user: { $step: user } } }
`,
    'a field that the step itself requires, of a component that can do without': {
      project: REPOSITORY,
      flow: `
steps:
  - { id: find, component: /user/find, input: { id: { $input: id } } }
  - id: key
    component: /cache/key
    inputSchema: { type: object, required: [namespace], properties: { request: {}, namespace: {} } }
    input: { request: { $input: id }, namespace: { $step: find, path: name } }
`,
    },
    'two sources, neither of which waits for the other': `
steps:
  - { id: left, component: /text/clean, input: { text: { $input: one } } }
  - { id: right, component: /text/clean, input: { text: { $input: two } } }
  - { id: both, component: /text/join, input: { a: { $step: left }, b: { $step: right } } }
`,
    'the only reference of a step': `
steps:
  - { id: load, component: /text/load }
  - { id: clean, component: /text/clean, input: { text: { $step: load }, language: en } }
`,
    'the items of a list': `
steps:
  - { id: load, component: /text/load }
  - { id: join, component: /text/join, input: { texts: [{ $step: load }, { $input: text }] } }
`,
    'the headers of a request': `
steps:
  - { id: login, component: /auth/login, input: { name: { $input: name } } }
  - id: call
    component: /builtin/http
    input: { url: { $input: url }, headers: { authorization: { $step: login, path: token } } }
`,
    'the optional instructions of a prompt': `
steps:
  - { id: rules, component: /policy/rules, input: { country: { $input: country } } }
  - id: ask
    component: /builtin/create_messages
    input: { user_prompt: { $input: question }, system_instructions: { $step: rules, path: text } }
`,
    'what noop passes on': `
steps:
  - { id: load, component: /text/load, input: { id: { $input: id } } }
  - { id: both, component: /builtin/noop, input: { id: { $input: id }, text: { $step: load } } }
`,
    'the input of an inner flow': `
steps:
  - { id: load, component: /text/load, input: { id: { $input: id } } }
  - id: inner
    component: /builtin/eval
    input:
      input: { id: { $input: id }, text: { $step: load } }
      flow: { steps: [{ id: a, component: /text/clean, input: { text: { $input: text } } }] }
`,
    'the first input of a loop': `
steps:
  - { id: load, component: /text/load, input: { id: { $input: id } } }
  - id: loop
    component: /builtin/iterate
    input:
      initial_input: { id: { $input: id }, text: { $step: load } }
      flow: { steps: [{ id: a, component: /text/clean, input: { text: { $input: text } } }], output: { result: { $step: a } } }
`,
    'a blob that a component reads': `
steps:
  - { id: keep, component: /builtin/put_blob, input: { data: { $input: rows } } }
  - { id: count, component: /rows/count, input: { rows_blob: { $step: keep, path: blob_id }, of: { $input: column } } }
  - { id: sum, component: /rows/sum, input: { rows_blob: { $step: keep, path: blob_id }, of: { $input: column } } }
`,
    'an arm of a condition': `
steps:
  - { id: load, component: /text/load, input: { id: { $input: id } } }
  - id: send
    component: /mail/send
    input: { to: { $input: to }, text: { $if: { $input: long }, then: { $step: load }, else: "" } }
`,
    'a value that a cache may have': `
steps:
  - { id: check, component: /cache/check, input: { key: { $input: key } } }
  - { id: make, component: /text/make, skipIf: { $step: check, path: cache_hit }, input: { key: { $input: key } } }
  - id: send
    component: /mail/send
    input: { to: { $input: to }, text: { $coalesce: [{ $step: make }, { $step: check, path: value }] } }
`,
    'what a cache stores': `
steps:
  - { id: key, component: /cache/key, input: { request: { $input: id } } }
  - { id: make, component: /text/make, input: { key: { $step: key } } }
  - { id: keep, component: /cache/store, input: { key: { $step: key, path: cache_key }, value: { $step: make } } }
`,
    'a step that waits for its source in any case': `
steps:
  - { id: load, component: /text/load, input: { id: { $input: id } } }
  - { id: clean, component: /text/clean, skipIf: { $step: load, path: clean }, input: { id: { $input: id }, text: { $step: load } } }
`,
    'a component that takes any further field': `
steps:
  - { id: load, component: /text/load, input: { id: { $input: id } } }
  - { id: other, component: /text/load, input: { id: { $input: id } } }
  - id: log
    component: /log/write
    inputSchema: { type: object, properties: { id: {} }, additionalProperties: true }
    input: { id: { $step: other }, text: { $step: load } }
`,
  },
});
