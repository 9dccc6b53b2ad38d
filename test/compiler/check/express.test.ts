import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../../lib/compiler/check/index.ts';
import { compile } from '../../../lib/compiler/compile.ts';
import { checkFlows } from '../../../lib/project/load-flows.ts';
import { runs } from '../../chance.ts';
import { expectDiagnostics } from '../../diagnostics/expect-diagnostics.ts';
import { componentSource, project } from '../../run/project.ts';

const EXPRESS = { metadata: { aws: { type: 'EXPRESS' } } };

const checked = (source: string) => {
  const { flow } = compile(source, { file: 'flow.yaml' });
  return flow ? check(flow, () => undefined) : [];
};

describe('an Express flow', () => {
  it('sleeps no longer than its execution may take', () => {
    const source = `
metadata: { aws: { type: EXPRESS } }
steps:
  - { id: a, component: /sleep, input: { duration_ms: 200000 } }
  - { id: b, component: /sleep, input: { duration_ms: 200000, passthrough: { $step: a } } }
                                                      ~~~~~~ express-too-slow
  - { id: c, component: /builtin/sleep, input: { duration_ms: 900000 } }
                                                              ~~~~~~ express-too-slow
  - { id: d, component: /sleep, input: { duration_ms: 300000 } }
output: [{ $step: b }, { $if: { $input: wait }, then: { $step: c } }, { $step: d }]`;
    expectDiagnostics(source, (text) => {
      const found = checked(text);
      expect(found.map(({ severity }) => severity)).toEqual(['error', 'warning']);
      expect(checked(text.replace('EXPRESS', 'STANDARD'))).toEqual([]);
      return found;
    });
  });

  it('is told just where a chain of sleeps passes the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 6 }), (seconds) => {
        const steps = seconds.map((each, at) => ({
          id: `s${at}`,
          component: '/sleep',
          input: { duration_ms: each * 1000, passthrough: at === 0 ? 1 : { $step: `s${at - 1}` } },
        }));
        const output = { $step: `s${seconds.length - 1}` };
        const late = seconds.findIndex((_, at) => seconds.slice(0, at + 1).reduce((all, one) => all + one) > 300);
        const found = checked(JSON.stringify({ ...EXPRESS, steps, output }));
        expect(found.map(({ message }) => message.split(' ')[0])).toEqual(late < 0 ? [] : [`"s${late}"`]);
      }),
      { numRuns: runs(30) },
    );
  });

  /** A step that runs a flow with one sleep of 400 s. */
  const runner = (component: string, input: object, id = 'run') => ({
    ...{ id, component: `/builtin/${component}` },
    input: {
      ...input,
      [component === 'map' ? 'workflow' : 'flow']: {
        $literal: {
          steps: [{ id: 'wait', component: '/sleep', input: { duration_ms: 400_000 } }],
          output: { result: { $step: 'wait' } },
        },
      },
    },
  });

  const severities = (flow: object) =>
    checked(JSON.stringify({ ...EXPRESS, ...flow }))
      .filter(({ code }) => code === 'express-too-slow')
      .map(({ severity, message }) => `${severity} ${message.split(' ')[0]}`);

  it.each([
    ['each item of a map', runner('map', { items: { $input: 'items' } }), ['error "wait"']],
    ['an eval', runner('eval', { input: 1 }), ['error "wait"']],
    ['the first round of an iterate', runner('iterate', { initial_input: 1 }), ['error "wait"']],
    ['a map without items', runner('map', { items: [] }), []],
    ['a step that may be skipped', { ...runner('eval', { input: 1 }), skipIf: { $input: 'skip' } }, ['warning "wait"']],
    [
      'a flow whose failure is covered, which no timeout of the execution is',
      { ...runner('eval', {}), onError: { action: 'useDefault' } },
      ['error "wait"'],
    ],
  ])('is told of a sleep in %s', (_, step, found) => {
    expect(severities({ steps: [step], output: { $step: 'run' } })).toEqual(found);
  });

  it('counts the rounds of a map whose items are written out', () => {
    const flow = {
      steps: [{ id: 'wait', component: '/sleep', input: { duration_ms: 100_000 } }],
      output: { $step: 'wait' },
    };
    const map = (max_concurrency: number) => ({
      steps: [
        {
          id: 'each',
          component: '/map',
          input: { items: [1, 2, 3, 4, 5, 6, 7, 8], max_concurrency, workflow: { $literal: flow } },
        },
      ],
      output: { $step: 'each' },
    });
    expect([2, 3, 8].map((most) => severities(map(most)))).toEqual([['error "each"'], [], []]);
  });

  it('is not refused for a wait before a step that only some runs come to', () => {
    const wait = { component: '/sleep', input: { duration_ms: 200_000 } };
    const steps = [
      { ...wait, id: 'a' },
      {
        id: 'b',
        component: '/sleep',
        // biome-ignore lint/suspicious/noThenProperty: a key of the language.
        input: { duration_ms: 200_000, passthrough: { $if: { $input: 'x' }, then: { $step: 'a' } } },
      },
    ];
    expect(severities({ steps, output: { $step: 'b' } })).toEqual(['warning "b"']);
    expect(severities({ steps: [{ ...wait, id: 'a', mustExecute: true }, steps[1]], output: { $step: 'b' } })).toEqual([
      'error "b"',
    ]);
  });

  it('warns of a component that may take longer', async () => {
    const home = project({ 'lambdas/my/long.ts': componentSource('return input;', 'timeout: 600') });
    const source = JSON.stringify({ ...EXPRESS, steps: [{ id: 'a', component: '/my/long' }] });
    const [found, ...more] = await checkFlows([{ file: join(home, 'flow.yaml'), source }]);
    expect(found).toMatchObject({ code: 'express-timeout', severity: 'warning' });
    expect(more).toEqual([]);
  });

  it.each([
    ['/http', 600, 1],
    ['/http', 300, 0],
    ['/openai', 400, 1],
  ])('warns of the time that a step gives %s: %i s', async (component, timeout, warnings) => {
    const input = { url: 'http://localhost/x', messages: [], timeout };
    const source = JSON.stringify({ ...EXPRESS, steps: [{ id: 'a', component, input }], output: { $step: 'a' } });
    const found = await checkFlows([{ file: join(project({}), 'flow.yaml'), source }]);
    expect(found.filter(({ code }) => code === 'express-timeout')).toHaveLength(warnings);
  });
});
