import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import evalRunner from '../../../lambdas/builtin/eval.ts';
import iterateRunner from '../../../lambdas/builtin/iterate.ts';
import mapRunner from '../../../lambdas/builtin/map.ts';
import type { Diagnostic } from '../../../lib/diagnostics/diagnostics.ts';
import { FLOW_RUNNERS } from '../../../lib/flow/flow-runners.ts';
import { FLOW_KEYS } from '../../../lib/flow/read/flow-keys.ts';
import { FLOW_HINTS, ON_ERROR_HINTS, STEP_HINTS } from '../../../lib/flow/read/foreign-keys.ts';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';
import { ON_ERROR_KEYS, STEP_KEYS } from '../../../lib/flow/read/read-step.ts';
import { runs, SEED } from '../../chance.ts';

const read = (source: string): readonly Diagnostic[] => readFlow(source, 'flow.yaml').diagnostics;
const unknownKeys = (flow: object) => read(JSON.stringify(flow)).filter(({ code }) => code === 'unknown-key');
const STEP = { id: 'a', component: '/my/echo' };

/** Where the keys of each kind of map are written, and what is said of those that other tools have. */
const PLACES = {
  flow: { keys: FLOW_KEYS, hints: FLOW_HINTS, write: (entries: object) => ({ steps: [STEP], ...entries }) },
  step: { keys: STEP_KEYS, hints: STEP_HINTS, write: (entries: object) => ({ steps: [{ ...STEP, ...entries }] }) },
  onError: {
    keys: ON_ERROR_KEYS,
    hints: ON_ERROR_HINTS,
    write: (entries: object) => ({ steps: [{ ...STEP, onError: { action: 'fail', ...entries } }] }),
  },
};

describe('a key that other tools have', () => {
  it.each([
    ['depends_on', 'reads with { $step: ID }'],
    ['dependsOn', 'reads with { $step: ID }'],
    ['needs', 'reads with { $step: ID }'],
    ['retry', 'onError: { action: retry, maxRetries: 3 }'],
    ['timeout_ms', 'the seconds that the step may take as "timeout"'],
    ['env', '{ $variable: NAME }'],
    ['with', '"input"'],
    ['uses', 'component: /plugin/name'],
    ['run', 'component: /plugin/name'],
    ['inputs', '"input"'],
    ['outputs', '{ $step: ID }'],
    ['if', 'skipIf'],
    ['when', 'skipIf'],
    ['maxRetries', 'onError'],
    ['foreach', '/builtin/map'],
  ])('%s in a step says what is written here instead', (key, instead) => {
    const [found, ...others] = unknownKeys(PLACES.step.write({ [key]: 1 }));

    expect(others).toEqual([]);
    expect(found?.help).toContain(instead);
  });

  it.each([
    ['jobs', '"steps"'],
    ['inputs', '"inputSchema"'],
    ['outputs', '"output"'],
    ['env', '"variables"'],
    ['on', 'EventBridge'],
    ['retry', '"onError"'],
    ['retries', 'onError'],
    ['StartAt', 'stepflow asl run'],
  ])('%s in a flow says what is written here instead', (key, instead) => {
    expect(unknownKeys(PLACES.flow.write({ [key]: 1 }))).toMatchObject([{ help: expect.stringContaining(instead) }]);
  });

  it('is not reported a second time as the one that is missing', () => {
    expect(read('steps: [{ id: a, uses: /my/echo }]').map(({ code }) => code)).toEqual(['unknown-key']);
  });

  it('is no key of this language', () => {
    for (const { keys, hints } of Object.values(PLACES)) {
      const own = new Set(keys.map((key) => key.toLowerCase()));
      expect([...hints.keys()].filter((name) => own.has(name))).toEqual([]);
    }
  });
});

const RUNNERS: { readonly [name: string]: { readonly input: { readonly shape: object } } } = {
  map: mapRunner,
  eval: evalRunner,
  iterate: iterateRunner,
};

describe('a key of the input that is written at the step', () => {
  it.each(Object.entries(FLOW_RUNNERS))('of %s says that it stands under input', (name, { takes }) => {
    const known = Object.keys(RUNNERS[name]?.input.shape ?? {});
    expect([...takes].sort()).toEqual(known.filter((key) => key !== 'input').sort());
    for (const component of [`/${name}`, `/builtin/${name}`]) {
      for (const key of takes) {
        const found = unknownKeys({ steps: [{ id: 'a', component, [key]: 1 }] });
        expect(found.map(({ help }) => help)).toEqual([`Write it under "input": input: { ${key}: … }.`]);
      }
    }
  });

  it('of any component says that it stands there, if it is like no key of a step', () => {
    const [found] = unknownKeys(PLACES.step.write({ user_ids: [1] }));
    expect(found?.help).toContain('stands under "input": input: { user_ids: … }.');
    expect(unknownKeys(PLACES.step.write({ values: [1] }))[0]?.help).toContain('under "input"');
  });
});

describe('a misspelt key', () => {
  const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const misspell = (key: string, at: number, letter: string): readonly string[] => [
    key.slice(0, at) + key.slice(at + 1),
    key.slice(0, at) + letter + key.slice(at),
    key.slice(0, at) + letter + key.slice(at + 1),
    key.slice(0, at) +
      key
        .slice(at, at + 2)
        .split('')
        .reverse()
        .join('') +
      key.slice(at + 2),
    snake(key.slice(0, at) + key.slice(at + 1)),
    key.toUpperCase(),
  ];
  const misspellings = fc
    .record({
      place: fc.constantFrom<keyof typeof PLACES>('flow', 'step', 'onError'),
      which: fc.nat(),
      at: fc.nat(),
      how: fc.nat(5),
      letter: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'),
    })
    .map(({ place, which, at, how, letter }) => {
      const { keys, hints, write } = PLACES[place];
      const key = keys[which % keys.length] ?? 'id';
      const written = misspell(key, at % key.length, letter)[how] ?? '';
      return { key, keys, hints, write, written };
    });

  it('gets the nearest one suggested', () => {
    fc.assert(
      fc.property(misspellings, ({ key, keys, hints, write, written }) => {
        const known = keys.some((one) => one === written || snake(one) === written);
        fc.pre(written !== '' && !known && !hints.has(written.toLowerCase().replaceAll('_', '')));
        const [found] = unknownKeys(write({ [written]: 1 }));
        const suggested = /^Did you mean "(\w+)"\?$/.exec(found?.help ?? '')?.[1];

        expect(keys).toContain(suggested);
        // Another key may be as near, such as skip and skipIf.
        if (suggested !== key) expect(Math.abs((suggested?.length ?? 0) - written.length)).toBeLessThanOrEqual(2);
      }),
      { seed: SEED, numRuns: runs(500) },
    );
  });
});

describe('a colon without a space', () => {
  const KEYS = ['id', 'component', 'input', 'skipIf', 'mustExecute', 'metadata'];
  const VALUES: { readonly [key: string]: string } = {
    id: 'a',
    component: '/my/echo',
    input: 'text',
    skipIf: 'false',
    mustExecute: 'true',
    metadata: 'notes',
  };

  it.each(KEYS)('behind %s is found in any line of a step', (key) => {
    for (let shift = 0; shift < KEYS.length; shift += 1) {
      const order = [...KEYS.slice(shift), ...KEYS.slice(0, shift)];
      const lines = order.map((one) => `${one}:${one === key ? '' : ' '}${VALUES[one]}`);
      const flows = [`steps:\n  - ${lines.join('\n    ')}\n`, `steps:\n  - { ${lines.join(', ')} }\n`];
      for (const source of flows) {
        const said = read(source).map(({ message, help }) => `${message} ${help}`);
        expect(said.join('\n'), source).toMatch(/space is missing after/);
        expect(
          said.filter((text) => /has no "/.test(text)),
          source,
        ).toEqual([]);
      }
    }
  });

  it('is a warning where it may be data', () => {
    const source = 'steps: [{ id: a, component: /my/echo, input: { name:Ada, "b:1": , c: , http://x.org } }]';

    expect(read(source)).toMatchObject([{ code: 'missing-space', severity: 'warning', column: 48, endColumn: 56 }]);
  });
});
