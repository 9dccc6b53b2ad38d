import { expect, test } from 'vitest';
import { lint, testRule } from '../lint.ts';

/** A flow of a payment and what comes after it. */
const flow = (steps: string, output = ''): string => `
steps:
  - { id: charge, component: /payment/charge, input: { order: { $input: order } } }
${steps}${output}`;

testRule('superfluous-after', {
  finds: {
    'a step that is read': flow(
      '  - { id: receipt, component: /mail/receipt, after: [«charge»], input: { payment: { $step: charge } } }\n',
    ),
    'a step that skipIf reads': flow(
      '  - { id: receipt, component: /mail/receipt, skipIf: { $step: charge, path: failed }, after: [«charge»] }\n',
    ),
    'a step before one that is read': flow(`
  - { id: book, component: /ledger/book, input: { payment: { $step: charge } } }
  - { id: receipt, component: /mail/receipt, after: [«charge»], input: { entry: { $step: book } } }
`),
    'a step before another one that it comes after': flow(`
  - { id: book, component: /ledger/book, after: [charge] }
  - { id: receipt, component: /mail/receipt, after: [«charge», book] }
`),
    'a step that is named twice': flow('  - { id: receipt, component: /mail/receipt, after: [charge, «charge»] }\n'),
    'a step that is skipped in every run': flow(`
  - { id: off, component: /ledger/book, skipIf: true }
  - { id: receipt, component: /mail/receipt, after: [«off»] }
`),
    'in an inner flow': `
steps:
  - id: each
    component: /map
    input:
      items: { $input: orders }
      workflow:
        steps:
          - { id: charge, component: /payment/charge, input: { order: { $input: $ } } }
          - id: receipt
            component: /mail/receipt
            after:
              - «charge»
            input: { payment: { $step: charge } }
`,
  },
  passes: {
    'order that no data makes': flow('  - { id: audit, component: /audit/write, after: [charge] }\n'),
    'a step that is read in some runs': flow(
      '  - { id: audit, component: /audit/write, after: [charge], input: { of: { $if: { $input: full }, then: { $step: charge } } } }\n',
    ),
    'a step that only a default reads': flow(
      '  - { id: audit, component: /audit/write, after: [charge], onError: { action: useDefault, defaultValue: { $step: charge } } }\n',
    ),
    'a step before one that may be skipped': flow(`
  - { id: book, component: /ledger/book, skipIf: { $input: dry }, input: { payment: { $step: charge } } }
  - { id: audit, component: /audit/write, after: [charge, book] }
`),
  },
});

testRule('sequential-fetches', {
  finds: {
    'a call that comes after another one': `
steps:
  - { id: rates, component: /http/get, input: { url: https://api.example.com/rates } }
  - { id: stocks, component: /stocks/fetch, after: [«rates»], input: { symbol: ACME } }
`,
  },
  passes: {
    'a call after a request that changes something': `
steps:
  - { id: login, component: /http/post, input: { url: https://api.example.com/login } }
  - { id: stocks, component: /stocks/fetch, after: [login], input: { symbol: ACME } }
`,
    'a request that changes something after a call': `
steps:
  - { id: rates, component: /http/get, input: { url: https://api.example.com/rates } }
  - { id: tell, component: /http, after: [rates], input: { url: https://api.example.com, method: POST } }
`,
  },
});

testRule('over-granular', {
  finds: {
    'an extract beside which something else has an order': `
steps:
  - { id: load, component: /crm/user }
  - { id: audit, component: /audit/write, after: [load] }
  - { id: «name», component: /extract, input: { data: { $step: load }, path: name } }
  - { id: greet, component: /mail/greet, input: { to: { $step: name } } }
`,
  },
  passes: {
    'an extract that comes after something': `
steps:
  - { id: load, component: /crm/user }
  - { id: audit, component: /audit/write }
  - { id: name, component: /extract, after: [audit], input: { data: { $step: load }, path: name } }
  - { id: greet, component: /mail/greet, input: { to: { $step: name } } }
`,
  },
});

const fixed = async (text: string) => {
  const { text: mended, diagnostics } = await lint(text, { fix: true });
  expect(diagnostics.filter(({ code, fixable }) => code === 'superfluous-after' && fixable)).toEqual([]);
  return mended;
};

test.each([
  ['one of several, in brackets', ['    after: [charge, audit, charge] # twice'], ['    after: [audit] # twice']],
  [
    'one of several, a line each',
    ['    after:', '      # first the money', '      - charge # the payment', '      - audit # the log'],
    ['    after:', '      # first the money', '      - audit # the log'],
  ],
  ['the only one', ['    after: [charge]'], []],
  ['the only one, on a line', ['    after:', '      - charge'], []],
  [
    'not the only one, with a comment that would go',
    ['    after:', '      # first the money', '      - charge'],
    ['    after:', '      # first the money', '      - charge'],
  ],
])('--fix removes from "after": %s', async (_, before, after) => {
  const written = (lines: readonly string[]): string =>
    [
      'steps:',
      '  - { id: charge, component: /payment/charge }',
      '  - { id: audit, component: /audit/write }',
      '  - id: receipt # for the customer',
      '    component: /mail/receipt',
      ...lines,
      '    input: { payment: { $step: charge } }',
      '',
    ].join('\n');
  const mended = await lint(written(before), { fix: true });
  expect(mended.text).toBe(written(after));
});

test('--fix keeps JSON as JSON', async () => {
  const of = (after: object) =>
    JSON.stringify({
      steps: [
        { id: 'charge', component: '/payment/charge' },
        { id: 'receipt', component: '/mail/receipt', ...after, input: { payment: { $step: 'charge' } } },
      ],
    });
  expect(JSON.parse(await fixed(of({ after: ['charge', 'charge'] })))).toEqual(JSON.parse(of({})));
});
