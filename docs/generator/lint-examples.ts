/** A flow that a rule finds something in, and the same flow as the rule would have it. */
export interface LintExample {
  readonly bad: string;
  readonly good: string;
}

const MODEL = `component: /builtin/openai
    input:
      messages: [{ role: user, content: { $input: question } }]
      max_tokens: 150`;

/** An example of each rule. */
export const LINT_EXAMPLES: { readonly [code: string]: LintExample } = {
  'false-dependency': {
    bad: `steps:
  - id: enrich
    component: /records/enrich
    input: { record: { $input: record } }
  - id: check
    component: /records/check
    inputSchema: { type: object, required: [record], properties: { record: {} } }
    input:
      record: { $input: record }
      enriched: { $step: enrich }
`,
    good: `steps:
  - id: enrich
    component: /records/enrich
    input: { record: { $input: record } }
  - id: check
    component: /records/check
    inputSchema: { type: object, required: [record], properties: { record: {} } }
    input:
      record: { $input: record }
`,
  },
  'sequential-fetches': {
    bad: `steps:
  - id: rates
    component: /http/get
    input: { url: https://api.example.com/rates }
  - id: stocks
    component: /stocks/fetch
    input: { symbol: ACME, previous: { $step: rates } }
`,
    good: `steps:
  - id: rates
    component: /http/get
    input: { url: https://api.example.com/rates }
  - id: stocks
    component: /stocks/fetch
    input: { symbol: ACME }
`,
  },
  'over-granular': {
    bad: `steps:
  - id: load
    component: /orders/load
    input: { id: { $input: id } }
  - id: customer
    component: /extract
    input: { data: { $step: load }, path: customer }
  - id: greet
    component: /mail/greet
    input: { to: { $step: customer, path: email } }
`,
    good: `steps:
  - id: load
    component: /orders/load
    input: { id: { $input: id } }
  - id: greet
    component: /mail/greet
    input: { to: { $step: load, path: customer.email } }
`,
  },
  'large-copy': {
    bad: `steps:
  - id: load_archive
    component: /archive/load
  - id: count
    component: /archive/count
    input: { archive: { $step: load_archive } }
  - id: index
    component: /archive/index
    input: { archive: { $step: load_archive } }
`,
    good: `steps:
  - id: load_archive
    component: /archive/load
  - id: store
    component: /builtin/put_blob
    input: { data: { $step: load_archive } }
  - id: count
    component: /archive/count
    input: { archive_blob: { $step: store, path: blob_id } }
  - id: index
    component: /archive/index
    input: { archive_blob: { $step: store, path: blob_id } }
`,
  },
  'whole-object': {
    bad: `steps:
  - id: load
    component: /crm/load
    outputSchema: { type: object, required: [id, name, orders, visits], properties: { id: {}, name: {}, orders: {}, visits: {} } }
  - id: greet
    component: /mail/greet
    inputSchema: { type: object, properties: { user: { type: object, properties: { name: {} } } } }
    input:
      user: { $step: load }
`,
    good: `steps:
  - id: load
    component: /crm/load
    outputSchema: { type: object, required: [id, name, orders, visits], properties: { id: {}, name: {}, orders: {}, visits: {} } }
  - id: greet
    component: /mail/greet
    inputSchema: { type: object, properties: { user: { type: object, properties: { name: {} } } } }
    input:
      user: { name: { $step: load, path: name } }
`,
  },
  'single-items': {
    bad: `steps:
  - id: first
    component: /order/price
    input: { item: { $input: "items[0]" } }
  - id: second
    component: /order/price
    input: { item: { $input: "items[1]" } }
`,
    good: `steps:
  - id: all
    component: /builtin/map
    input:
      items: { $input: items }
      workflow:
        $literal:
          steps: [{ id: price, component: /order/price, input: { item: { $input: $ } } }]
          output: { $step: price }
`,
  },
  'late-validation': {
    bad: `steps:
  - id: answer
    ${MODEL}
`,
    good: `inputSchema:
  type: object
  required: [question]
  properties: { question: { type: string, minLength: 1, maxLength: 500 } }
steps:
  - id: answer
    ${MODEL}
`,
  },
  'uncached-ai': {
    bad: `steps:
  - id: answer
    ${MODEL}
`,
    good: `steps:
  - id: cached
    component: /cache/check
    input: { key: { $input: question } }
  - id: answer
    skipIf: { $step: cached, path: cache_hit }
    ${MODEL}
  - id: keep
    component: /cache/store
    skipIf: { $step: cached, path: cache_hit }
    input: { key: { $input: question }, value: { $step: answer } }
output: { $coalesce: [{ $step: cached, path: value }, { $step: answer }] }
`,
  },
  'unbounded-tokens': {
    bad: `steps:
  - id: answer
    component: /builtin/openai
    input: { messages: { $input: messages } }
`,
    good: `steps:
  - id: answer
    component: /builtin/openai
    input: { messages: { $input: messages }, max_tokens: 150 }
`,
  },
  'large-model': {
    bad: `steps:
  - id: answer
    component: /builtin/openai
    input: { messages: { $input: messages }, max_tokens: 150, model: gpt-4 }
`,
    good: `steps:
  - id: answer
    component: /builtin/openai
    input: { messages: { $input: messages }, max_tokens: 150, model: gpt-4o-mini }
`,
  },
  'high-temperature': {
    bad: `steps:
  - id: answer
    component: /builtin/openai
    input: { messages: { $input: messages }, max_tokens: 150, temperature: 0.9 }
`,
    good: `steps:
  - id: answer
    component: /builtin/openai
    input: { messages: { $input: messages }, max_tokens: 150, temperature: 0.2 }
`,
  },
  'long-prompt': {
    bad: `steps:
  - id: messages
    component: /builtin/create_messages
    input: { system_instructions: "${'Think about every aspect of it. '.repeat(40).trim()}", user_prompt: { $input: question } }
`,
    good: `steps:
  - id: messages
    component: /builtin/create_messages
    input: { system_instructions: "Answer briefly and directly.", user_prompt: { $input: question } }
`,
  },
  'blob-read-once': {
    bad: `steps:
  - id: load
    component: /report/load
  - id: store
    component: /builtin/put_blob
    input: { data: { $step: load } }
  - id: print
    component: /report/print
    input: { report_blob: { $step: store, path: blob_id } }
`,
    good: `steps:
  - id: load
    component: /report/load
  - id: print
    component: /report/print
    input: { report: { $step: load } }
`,
  },
  'retry-cannot-help': {
    bad: `steps:
  - id: send
    component: /mail/send
    input: { to: { $input: to } }
    onError: { action: retry, maxRetries: 5, on: [INVALID_INPUT] }
`,
    good: `steps:
  - id: send
    component: /mail/send
    input: { to: { $input: to } }
    onError: { action: retry, maxRetries: 5, on: [RESOURCE_UNAVAILABLE] }
`,
  },
  'superfluous-after': {
    bad: `steps:
  - id: charge
    component: /payment/charge
    input: { order: { $input: order } }
  - id: receipt
    component: /mail/receipt
    after: [charge]
    input: { payment: { $step: charge, path: id } }
`,
    good: `steps:
  - id: charge
    component: /payment/charge
    input: { order: { $input: order } }
  - id: receipt
    component: /mail/receipt
    input: { payment: { $step: charge, path: id } }
`,
  },
  'unused-step': {
    bad: `steps:
  - id: load
    component: /crm/load
  - id: visits
    component: /user/visits
output: { $step: load }
`,
    good: `steps:
  - id: load
    component: /crm/load
output: { $step: load }
`,
  },
  'no-input-schema': {
    bad: `steps:
  - id: load
    component: /crm/load
    input: { id: { $input: id } }
`,
    good: `inputSchema: { type: object, required: [id], properties: { id: { type: string } } }
steps:
  - id: load
    component: /crm/load
    input: { id: { $input: id } }
`,
  },
  'no-test': {
    bad: `steps:
  - id: load
    component: /crm/load
`,
    good: `steps:
  - id: load
    component: /crm/load
test:
  cases:
    - name: a user
      mocks: { load: { result: { id: 7 } } }
      output: { outcome: success }
`,
  },
  'no-performance-test': {
    bad: `steps:
  - id: load
    component: /crm/load
test:
  cases:
    - name: a user
      mocks: { load: { result: { id: 7 } } }
      output: { outcome: success }
`,
    good: `steps:
  - id: load
    component: /crm/load
test:
  cases:
    - name: a user
      mocks: { load: { result: { id: 7 } } }
      output:
        outcome: success
        performance_metrics: { execution_time_ms: { $less_than: 5000 } }
`,
  },
};
