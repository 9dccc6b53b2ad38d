import { testRule } from '../lint.ts';

const ask = (input: string, rest = ''): string => `
steps:
  - { id: ask, component: /builtin/openai, ${rest}input: { messages: { $input: messages }, ${input} } }
`;

testRule('unbounded-tokens', {
  finds: {
    'a call without a limit': `
steps:
  - { id: «ask», component: /builtin/openai, input: { model: gpt-4o-mini, messages: { $input: messages } } }
`,
    'a call by the short name, in block style': `
steps:
  - component: /openai
    id: «ask»
    input:
      messages: { { $input }, path: messages }
`,
    'a model of the project': `
steps:
  - { id: «ask», component: /llm/complete, input: { prompt: { $input: question } } }
`,
    'a call in an inner flow': `
steps:
  - id: each
    component: /builtin/map
    input:
      items: { $input: items }
      workflow: { steps: [{ id: «ask», component: /openai, input: { messages: { $input: $ } } }] }
`,
  },
  passes: {
    'a limit': ask('max_tokens: 100'),
    'a limit that is read': ask('max_tokens: { $input: limit }'),
    'the newer name of the limit': ask('max_completion_tokens: 100'),
    'a limit by an anchor': `
metadata: { settings: &settings { max_tokens: 100, temperature: 0.1 } }
steps:
  - { id: ask, component: /builtin/openai, input: { <<: *settings, messages: { $input: messages } } }
`,
    'a limit among further settings': `
steps:
  - { id: ask, component: /bedrock/converse, input: { messages: { $input: messages }, inferenceConfig: { maxTokens: 100 } } }
`,
    'a component that knows its own limit': `
steps:
  - id: ask
    component: /ai/answer
    inputSchema: { type: object, properties: { prompt: { type: string } } }
    input: { prompt: { $input: question } }
`,
    'a component that is no model': `
steps:
  - { id: send, component: /mail/send, input: { messages: { $input: messages } } }
`,
    'input that is not written': `
steps:
  - { id: make, component: /request/make }
  - { id: ask, component: /builtin/openai, input: { $step: make } }
`,
  },
});

testRule('large-model', {
  finds: {
    'gpt-4': ask('max_tokens: 1, model: «gpt-4»'),
    'gpt-4o': ask('max_tokens: 1, model: «"gpt-4o"»'),
    'a model with the name of its maker': ask('max_tokens: 1, model: «openai/gpt-4.1»'),
    o3: ask('max_tokens: 1, model: «o3»'),
    'claude opus': ask('max_tokens: 1, model: «claude-3-opus-20240229»'),
    'gemini pro': ask('max_tokens: 1, model: «gemini-1.5-pro»'),
    'mistral large': ask('max_tokens: 1, model: «mistral-large-latest»'),
  },
  passes: Object.fromEntries(
    [
      ...['gpt-4o-mini', 'gpt-4.1-nano', 'gpt-3.5-turbo', 'o4-mini', 'claude-3-5-haiku-latest', 'gemini-1.5-flash'],
      ...['gemini-2.0-flash-lite', 'llama-3.1-8b-instant', 'text-embedding-3-large', '{ $input: model }'],
    ].map((model) => [model, ask(`max_tokens: 1, model: ${model}`)]),
  ),
});

testRule('high-temperature', {
  finds: { 'a temperature of 0.9': ask('max_tokens: 1, temperature: «0.9»') },
  passes: {
    'a temperature of 0.3': ask('max_tokens: 1, temperature: 0.3'),
    'one half': ask('max_tokens: 1, temperature: 0.5'),
    'no temperature': ask('max_tokens: 1'),
    'a temperature that is read': ask('max_tokens: 1, temperature: { $input: temperature }'),
    'an oven': `
steps:
  - { id: bake, component: /oven/bake, input: { temperature: 180 } }
`,
  },
});

testRule('long-prompt', {
  finds: {
    'a long instruction': `
steps:
  - { id: prompt, component: /create_messages, input: { system_instructions: «${'word '.repeat(300).trim()}», user_prompt: { $input: q } } }
`,
    'a long message': `
steps:
  - id: ask
    component: /openai
    input:
      messages: [{ role: system, content: «"${'word '.repeat(300)}"» }, { role: user, content: { $input: q } }]
`,
  },
  passes: {
    'a short instruction': `
steps:
  - { id: prompt, component: /create_messages, input: { system_instructions: Answer briefly., user_prompt: { $input: q } } }
`,
    'a long text for something else': `
steps:
  - { id: send, component: /mail/send, input: { prompt: "${'word '.repeat(300)}" } }
`,
  },
});

const CACHED = (rest: string): string => `
steps:
  - { id: check, component: /cache/check, input: { key: { $input: key } } }
${rest}`;

testRule('uncached-ai', {
  finds: {
    'a call without a cache': `
steps:
  - { id: «ask», component: /builtin/openai, input: { messages: { $input: messages }, max_tokens: 9 } }
`,
    'a call beside a cache of something else': CACHED(`
  - { id: page, component: /web/page, skipIf: { $step: check, path: cache_hit }, input: { key: { $input: key } } }
  - { id: «ask», component: /builtin/openai, input: { messages: { $input: messages }, max_tokens: 9 } }
`),
  },
  passes: {
    'a call that a hit skips': CACHED(`
  - id: ask
    component: /openai
    skipIf: { $step: check, path: cache_hit }
    input: { messages: { $input: messages } }
`),
    'a call that a hit skips, by way of a step between': CACHED(`
  - { id: hit, component: /extract, input: { data: { $step: check }, path: cache_hit } }
  - { id: ask, component: /openai, skipIf: { $step: hit }, input: { messages: { $input: messages } } }
`),
    'a call where the cache has nothing': CACHED(`
  - { id: ask, component: /openai, input: { messages: { $input: messages } } }
output: { $coalesce: [{ $step: check, path: value }, { $step: ask, path: response }] }
`),
    'a call in the other arm of a hit': CACHED(`
  - { id: ask, component: /openai, input: { messages: { $input: messages } } }
output: { $if: { $step: check, path: cache_hit }, then: { $step: check, path: value }, else: { $step: ask } }
`),
    'a cache that is called so by its step': `
steps:
  - { id: look_in_cache, component: /redis/get, input: { key: { $input: key } } }
  - { id: ask, component: /openai, skipIf: { $step: look_in_cache, path: found }, input: { messages: { $input: messages } } }
`,
    'a chat of people': `
steps:
  - { id: send, component: /chat/send, input: { text: { $input: text } } }
`,
  },
});

testRule('late-validation', {
  finds: {
    'a model on unchecked input': ask('max_tokens: 1').replace('{ $input: messages }', '«{ $input: messages }»'),
    'a model on input that is only put together': `
steps:
  - { id: prompt, component: /create_messages, input: { user_prompt: «{ $input: question }» } }
  - { id: ask, component: /openai, input: { messages: { $step: prompt, path: messages } } }
`,
    'a long timeout': `
steps:
  - { id: train, component: /model/train, timeout: 600, input: { rows: «{ $input: rows }» } }
`,
    'many seconds by the profile': {
      files: { 'flow.profile.json': '{ "steps": { "render": { "seconds": 45 } } }' },
      flow: `
steps:
  - { id: render, component: /film/render, input: { script: «{ $input: script }» } }
`,
    },
    'a field of which the schema does not tell': `
inputSchema: { type: object, properties: { id: { type: string } } }
steps:
  - { id: ask, component: /openai, input: { messages: «{ $input: messages }» } }
`,
  },
  passes: {
    'a schema of the input': `
inputSchema: { type: object, required: [question], properties: { question: { type: string } } }
steps:
  - { id: prompt, component: /create_messages, input: { user_prompt: { $input: question } } }
  - { id: ask, component: /openai, input: { messages: { $step: prompt, path: messages } } }
`,
    'a schema in parts': `
inputSchema:
  $defs: { request: { type: object, properties: { messages: { type: array } } } }
  allOf: [{ $ref: '#/$defs/request' }]
steps:
  - { id: ask, component: /openai, input: { messages: { $input: messages } } }
`,
    'a schema of all fields': `
inputSchema: { type: object, additionalProperties: { type: string } }
steps:
  - { id: ask, component: /ai/answer, input: { question: { $input: question } } }
`,
    'the result of a check': `
steps:
  - { id: validate, component: /validation/request, input: { request: { $input: $ } } }
  - { id: ask, component: /openai, input: { messages: { $step: validate, path: messages } } }
`,
    'input that a step before has checked': `
steps:
  - { id: validate, component: /orders/validate, input: { order: { $input: order } } }
  - id: ask
    component: /ai/judge
    skipIf: { $step: validate, path: invalid }
    input: { order: { $input: order } }
`,
    'a cheap step': `
steps:
  - { id: clean, component: /text/clean, input: { text: { $input: text } } }
`,
    'no input at all': `
steps:
  - { id: ask, component: /ai/idea, input: { prompt: "An idea." } }
`,
    'the items of a result in an inner flow': `
steps:
  - { id: load, component: /orders/load }
  - id: each
    component: /builtin/map
    input:
      items: { $step: load }
      workflow: { steps: [{ id: ask, component: /ai/judge, input: { order: { $input: $ } } }] }
`,
  },
});
