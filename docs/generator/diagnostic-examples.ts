import type { Code, Params } from '../../lib/diagnostics/messages.ts';

/** A flow with the diagnostic; or, where a flow alone does not have it, the parameters of its message. */
type Example<C extends Code> = { readonly flow: string } | { readonly params: Params<C> };

/** A valid step, for examples of errors elsewhere. */
const LOAD = `  - id: load_user
    component: /user/load
    input: { user_id: u001 }
`;

/** An example of every diagnostic; the type requires one for each code. */
export const EXAMPLES: { readonly [C in Code]: Example<C> } = {
  'yaml-syntax': { flow: 'steps:\n  - id: load\n   component: /user/load\n' },
  'not-json': { flow: 'steps:\n  - id: wait\n    component: /builtin/noop\n    input: { most: .inf }\n' },
  'number-too-large': { flow: 'steps:\n  - id: wait\n    component: /builtin/noop\n    input: { most: 1e400 }\n' },
  'inexact-number': {
    flow: 'steps:\n  - id: load\n    component: /builtin/noop\n    input: { user_id: 9007199254740993 }\n',
  },
  'map-as-key': { flow: 'steps:\n  - id: load\n    component: /user/load\n    input: { { user: 1 }: u001 }\n' },
  'alias-bomb': { params: { limit: 1_000_000 } },
  'too-deep': { params: { limit: 600 } },
  'unknown-alias': { flow: 'steps:\n  - id: load\n    component: /user/load\n    input: *defaults\n' },
  'circular-alias': {
    flow: 'steps:\n  - id: load\n    component: /user/load\n    input: &all { user_id: u001, more: *all }\n',
  },
  'wrong-type': {
    flow: 'name: [user, insights]\nsteps:\n  - id: load\n    component: /user/load\n    input: { user_id: u001 }\n',
  },
  'unknown-key': { flow: 'steps:\n  - id: load\n    component: /user/load\n    inputs: { user_id: u001 }\n' },
  'bad-schema': {
    flow: `inputSchema: { type: object, properties: { user_id: { type: strin } } }\nsteps:\n${LOAD}`,
  },
  'unknown-keyword': {
    flow: `inputSchema: { type: object, require: [user_id], properties: { user_id: { type: string } } }\nsteps:\n${LOAD}`,
  },
  'duplicate-key': { flow: 'steps:\n  - id: load\n    component: /user/load\n    component: /user/save\n' },
  'missing-key': { flow: 'steps:\n  - id: load\n    input: { user_id: u001 }\n' },
  'bad-id': { flow: 'steps:\n  - id: load user\n    component: /user/load\n' },
  'duplicate-id': { flow: `steps:\n${LOAD}${LOAD}` },
  'bad-component': { flow: 'steps:\n  - id: load\n    component: user.load\n' },
  'unknown-component': { flow: 'steps:\n  - id: load\n    component: /user/lod\n' },
  'component-not-bundled': {
    params: {
      component: '/user/load',
      problem: 'Could not resolve "pg"',
      remedy: 'Install what is imported here (npm install pg), or correct the name.',
    },
  },
  'component-not-loaded': {
    params: {
      component: '/user/load',
      problem: 'it throws "DATABASE_URL is not set"',
      remedy: 'Correct this, or do it when the component is called: loading a component must not fail.',
    },
  },
  'unknown-step': { flow: `steps:\n${LOAD}output: { $step: load_usr, path: profile }\n` },
  'outer-step': {
    flow: `steps:\n${LOAD}  - id: each\n    component: /map\n    input:\n      items: [1, 2]\n      workflow: { steps: [], output: { $step: load_user, path: profile } }\noutput: { $step: each, path: results }\n`,
  },
  cycle: {
    flow: 'steps:\n  - id: a\n    component: /noop\n    input: { $step: b }\n  - id: b\n    component: /noop\n    input: { $step: a }\n',
  },
  'bad-path': { flow: `steps:\n${LOAD}output: { $step: load_user, path: "posts[*].id" }\n` },
  'bad-reference': { flow: 'steps: []\noutput: { $coalesce: none }\n' },
  'missing-space': { flow: 'steps:\n  - id: hello\n    component: /builtin/noop\n    input: { name:Ada }\n' },
  'two-expressions': { flow: `steps:\n${LOAD}output: { $step: load_user, $literal: 3 }\n` },
  'foreign-reference': {
    flow: 'steps:\n  - id: load\n    component: /user/load\n    input: { user_id: "{{ input.user_id }}" }\n',
  },
  'unknown-dollar-key': { flow: `steps:\n${LOAD}output: { $stp: load_user }\n` },
  elision: { flow: 'steps:\n  - id: prompt\n    component: /create_messages\n    input: { user_prompt: ... }\n' },
  'never-runs': { flow: `steps:\n${LOAD}  - id: left_over\n    component: /noop\noutput: { $step: load_user }\n` },
  'unused-step': {
    flow: `steps:\n${LOAD}  - id: left_over\n    component: /noop\n  - id: more\n    component: /noop\n    skipIf: { $input: brief }\noutput: [{ $step: load_user }, { $step: more }]\n`,
  },
  'unknown-path': { flow: `steps:\n${LOAD}output: { $step: load_user, path: profile.nmae }\n` },
  'doubtful-path': {
    flow: 'inputSchema: { type: object, properties: { user_id: { type: string } } }\nsteps:\n  - id: load\n    component: /user/load\n    input: { user_id: { $input: usr_id } }\n',
  },
  'input-type': { flow: 'steps:\n  - id: load\n    component: /user/load\n    input: { user_id: 5 }\n' },
  'misnamed-field': {
    flow: 'steps:\n  - id: pause\n    component: /builtin/sleep\n    input: { seconds: 5 }\n',
  },
  'default-type': {
    flow: `steps:\n${LOAD.trimEnd()}\n    onError: { action: useDefault, defaultValue: { profil: {} } }\noutput: { $step: load_user, path: profile }\n`,
  },
  'no-inner-flow': { flow: 'steps:\n  - id: each\n    component: /map\n    input: { items: [1, 2] }\n' },
  'endless-iterate': {
    flow: 'steps:\n  - id: loop\n    component: /iterate\n    input: { initial_input: 1, flow: { steps: [], output: { total: { $input: $ } } } }\n',
  },
  'unlisted-field': {
    flow: 'steps:\n  - id: posts\n    component: /content/posts\n    input: { user_id: u001, limt: 5 }\n',
  },
  'output-type': {
    flow: `outputSchema: { type: object, properties: { user: { type: object } } }\nsteps:\n${LOAD}output: { user: { $step: load_user, path: id } }\n`,
  },
  'undefined-variable': {
    flow: 'variables: { model: small }\nsteps: []\noutput: { $variable: modle }\n',
  },
  'variable-value': {
    flow: 'variables: { region: { $input: region } }\nsteps: []\noutput: { $variable: region }\n',
  },
  'missing-variable': {
    flow: 'variablesSchema: { properties: { region: { type: string } } }\nsteps: []\noutput: { $variable: region }\n',
  },
  'outer-variable': {
    flow: `variables: { lang: en }\nsteps:\n  - id: each\n    component: /map\n    input:\n      items: [1, 2]\n      workflow: { steps: [], output: { $variable: lang } }\noutput: { $step: each, path: results }\n`,
  },
  'undeclared-variable': { flow: 'steps: []\noutput: { $variable: region, default: eu }\n' },
  'operand-type': {
    flow: 'steps:\n  - id: posts\n    component: /content/posts\n    input: { user_id: u001 }\noutput: { popular: { $gt: [{ $step: posts, path: total }, "10"] } }\n',
  },
  'constant-comparison': {
    flow: 'inputSchema: { type: object, required: [plan], properties: { plan: { enum: [free, team] } } }\nsteps: []\noutput: { paid: { $ne: [{ $input: plan }, fre] } }\n',
  },
  'text-condition': {
    flow: 'steps:\n  - id: load\n    component: /user/load\n    skipIf: event != "created"\n    input: { user_id: u001 }\n',
  },
  'list-condition': {
    flow: 'steps:\n  - id: posts\n    component: /content/posts\n    input: { user_id: u001 }\noutput: { none: { $not: [{ $step: posts, path: total }] } }\n',
  },
  'never-true': {
    flow: 'steps:\n  - id: load\n    component: /user/load\n    skipIf: 0\n    input: { user_id: u001 }\n',
  },
  'always-true': {
    flow: 'steps:\n  - id: posts\n    component: /content/posts\n    input: { user_id: u001 }\noutput: { $if: { $step: posts, path: total }, then: some, else: none }\n',
  },
  'empty-file': { flow: '# to be written\n' },
  'empty-flow': { flow: 'name: nothing-yet\n' },
  'undecidable-demand': {
    flow: 'steps:\n  - id: a\n    component: /noop\n  - id: b\n    component: /noop\noutput:\n  - $if: { $input: first }\n    then: { $if: { $step: b }, then: { $step: a } }\n  - $if: { $input: second }\n    then: { $if: { $step: a }, then: { $step: b } }\n',
  },
  'unchecked-keyword': {
    flow: 'inputSchema: { type: object, dependentRequired: { city: [country] } }\nsteps: []\noutput: { $input: city }\n',
  },
  'unknown-matcher': { params: { key: '$less_then', known: ['$less_than', '$greater_than'], nearest: '$less_than' } },
  'plain-matcher': { params: { key: '$less_than' } },
  'bad-regex': { params: { pattern: '(u001', problem: 'Unterminated group' } },
  'unknown-mock-target': { params: { target: '/user/lod', nearest: '/user/load' } },
  'mock-without-effect': { params: { step: 'each', component: '/builtin/map' } },
  'unsupported-plugin': { params: { component: '/python/count', plugin: 'python', type: 'stepflow' } },
  'unknown-plugin': { params: { plugin: 'mokc', known: ['builtin', 'mock'], nearest: 'mock' } },
  'unreadable-config': { params: { file: 'config.yml', problem: 'there is no such file' } },
  'secret-operand': { params: { name: 'api_key' } },
  'secret-condition': { params: { name: 'api_key' } },
  'secret-to-unknown-flow': {
    flow: 'variablesSchema: { properties: { api_key: { type: string, is_secret: true } } }\nsteps:\n  - id: run\n    component: /eval\n    input: { flow: { $input: flow }, variables: { key: { $variable: api_key } } }\noutput: { $step: run }\n',
  },
  'nested-secret': {
    flow: 'variablesSchema: { properties: { login: { type: object, properties: { password: { type: string, is_secret: true } } } } }\nsteps:\n  - id: sign_in\n    component: /user/load\n    input: { user_id: { $variable: login.password } }\n',
  },
  'variable-mismatch': { params: { where: 'depth', problem: 'is a string ("deep"), but an integer is expected' } },
  'unknown-variable': { params: { name: 'modle', known: ['model'], nearest: 'model' } },
  'bad-schedule': { flow: 'metadata: { aws: { triggers: [{ schedule: cron(0 9 * * *) }] } }\noutput: 1\n' },
  'unknown-timezone': {
    flow: 'metadata: { aws: { triggers: [{ schedule: cron(0 9 * * ? *), timezone: Berlin }] } }\noutput: 1\n',
  },
  'bad-trigger': { flow: 'metadata: { aws: { triggers: [{ s3: { bucket: Orders_Inbox } }] } }\noutput: 1\n' },
  'bad-event-pattern': {
    flow: 'metadata: { aws: { triggers: [{ event: { source: my.shop, detail: { status: PAID } } }] } }\noutput: 1\n',
  },
  'trigger-reads': {
    flow: 'metadata: { aws: { triggers: [{ schedule: rate(1 day), input: { region: { $variable: region } } }] } }\noutput: 1\n',
  },
  'trigger-input': {
    flow: `metadata: { aws: { triggers: [{ schedule: rate(1 day), input: { day: 1 } }] } }
inputSchema: { type: object, properties: { day: { type: string } } }
output: 1
`,
  },
  'inner-trigger': {
    flow: `steps:
  - id: each
    component: /map
    input:
      items: [1, 2]
      workflow: { metadata: { aws: { triggers: [{ schedule: rate(1 day) }] } }, output: 1 }
output: { $step: each }
`,
  },
  'express-completion': {
    flow: 'metadata: { aws: { type: EXPRESS, onFailure: { bus: alerts } } }\noutput: 1\n',
  },
  'unknown-profile-step': { params: { step: 'load_usr', nearest: 'load_user' } },
  'input-mismatch': { params: { where: '"user_id"', problem: 'is a number (5), but a string is expected' } },
  'express-too-large': { params: { bytes: 1_204_300, most: 943_718 } },
  'express-too-slow': {
    flow: 'metadata: { aws: { type: EXPRESS } }\nsteps:\n  - id: wait\n    component: /sleep\n    input: { duration_ms: 900000 }\n',
  },
  'unknown-error-code': {
    flow: `
steps:
  - id: load
    component: /user/load
    onError: { action: retry, on: [TIME_OUT] }`,
  },
  'inner-timeout': {
    flow: `
steps:
  - id: report
    component: /builtin/eval
    input: { flow: { $literal: { timeout: 30, steps: [{ id: load, component: /user/load }] } } }`,
  },
  'express-step-timeout': {
    flow: `
metadata: { aws: { type: EXPRESS } }
steps:
  - id: report
    component: /builtin/eval
    timeout: 30
    input: { flow: { $literal: { steps: [{ id: load, component: /user/load }] } } }`,
  },
  'cannot-wait': {
    flow: `
metadata: { aws: { type: EXPRESS } }
steps:
  - id: release
    component: /builtin/approval
    input: { title: Release it? }`,
  },
  'too-many-retries': {
    flow: `
steps:
  - id: load
    component: /user/load
    onError: { action: retry, maxRetries: 100000 }`,
  },
  'express-timeout': { params: { step: 'report', component: '/reports/write', seconds: 600, most: 300 } },
  'express-items': {
    flow: 'steps:\n  - id: users\n    component: /map\n    input:\n      items: { $input: users }\n      workflow:\n        metadata: { aws: { type: EXPRESS } }\n        steps:\n          - id: posts\n            component: /map\n            input: { items: { $input: posts }, workflow: { steps: [{ id: read, component: /noop, input: { $input: $ } }] } }\n',
  },
  'definition-too-large': { params: { what: 'The step "report"', bytes: 1_204_300, most: 943_718 } },
  'payload-limit': { params: { what: 'the input of step "report"', values: 2500, over: 70_000 } },
};
