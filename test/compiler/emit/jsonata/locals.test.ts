import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CompileOptions, compile } from '../../../../lib/compiler/compile.ts';
import { isLocal, LOCALS } from '../../../../lib/compiler/emit/jsonata/locals.ts';
import { variableNames } from '../../../../lib/compiler/emit/names.ts';
import { type Mocks, runFlow } from '../../../../lib/run/run-flow.ts';
import { complete, guideSnippets } from '../../../guide.ts';

const READERS = Array.from({ length: 12 }, (_, at) => `w${at}`);
const PATHS = Array.from({ length: 10 }, (_, at) => `p${at}`);

/** A step that many read, and an output that reads so much of it that what is missing is found by an expression in two parts. */
const manyReads = (id: string): string => `
steps:
  - { id: ${id}, component: /m/first }
${READERS.map((reader) => `  - { id: ${reader}, component: /m/reader, input: { $step: ${id}, path: own } }`).join('\n')}
output:
  all: [${READERS.map((reader) => `{ $step: ${reader}, path: v }`).join(', ')}]
  paths: [${PATHS.map((path) => `{ $step: ${id}, path: ${path} }`).join(', ')}]`;

/** The result of a run in which the step lacks the last path that the output reads. */
async function runLacking(id: string): Promise<unknown> {
  const present = Object.fromEntries(['own', ...PATHS.slice(0, -1)].map((path) => [path, path]));
  const mocks: Mocks = {
    '/m/first': [{ outcome: 'success', result: present }],
    '/m/reader': READERS.map(() => ({ outcome: 'success', result: { v: 1 } })),
  };
  return (await runFlow({ source: manyReads(id), input: {}, mocks })).result;
}

/** A flow in which expressions bind every local, one of whose steps has the id `id`. */
const bindingAll = (id: string): string => `
inputSchema:
  type: object
  properties: { list: { type: array, items: { type: string } }, n: { type: number } }
steps:
  - { id: ${id}, component: /m/first, input: { $input: a.b } }
  - id: each
    component: /builtin/map
    input:
      items: { $input: list }
      workflow:
        $literal:
          steps:
            - { id: a, component: /m/a, input: { $input: x } }
            - { id: b, component: /m/b, input: { $input: y }, skipIf: { $step: a, path: flag } }
          output: [{ $step: a, path: v }, { $step: b, path: w }]
  - { id: made, component: /builtin/eval, input: { input: { $step: ${id}, path: v }, workflow: { $literal: ${INNER} } } }
  - { id: inner, component: /m/d, input: 1 }
  - { id: beside, component: /m/e, input: { $step: inner, path: here } }
  - { id: whole, component: /builtin/noop, input: { $input: $ } }
  - { id: risky, component: /m/c, input: 1, onError: { action: useDefault, defaultValue: [{ $input: z }, { $step: ${id} }] } }
${READERS.map((reader) => `  - { id: ${reader}, component: /m/reader, input: { from: { $step: ${id}, path: own } } }`).join('\n')}
output:
  whole: { $step: whole, path: a }
  beside: [{ $step: inner, path: there }, { $step: beside }]
  made: { $step: made, path: result.result.v }
  each: { $step: each, path: 'results[0].result' }
  risky: { $step: risky }
  equal: { $eq: [{ $input: p }, { $input: q }] }
  text: { $concat: [{ $input: p }, { $input: q }] }
  all: [${READERS.map((reader) => `{ $step: ${reader}, path: v }`).join(', ')}]`;

/** A chain of steps. */
const CHAIN = `
steps:
${READERS.map((id, at) => `  - { id: ${id}, component: /m/reader, input: ${at === 0 ? 1 : `{ $step: w${at - 1} }`} }`).join('\n')}
output: { $step: w11 }`;

const INNER = `{ steps: [{ id: s, component: /m/s, input: { $input: k } }], output: { $step: s } }`;

/** The text of all state machines of a flow, and the variables that they assign. */
function written(source: string, options: CompileOptions = {}) {
  const { stateMachine, nestedMachines, diagnostics } = compile(source, options);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const strings: string[] = [];
  const assigned = new Set<string>();
  JSON.stringify([stateMachine, nestedMachines], (key, value: unknown) => {
    if (typeof value === 'string') strings.push(value);
    if (key === 'Assign' && typeof value === 'object') for (const name of Object.keys(value ?? {})) assigned.add(name);
    return value;
  });
  return { strings, assigned };
}

/** The name of a condition that guards share: see emit-keep.ts. It is taken from those of the variables. */
const CONDITION = /^kept_\d/;

/** What expressions bind, by `:=` or as a parameter of a function. */
const boundIn = (strings: readonly string[]): readonly string[] =>
  strings
    .filter((text) => text.startsWith('{%'))
    .flatMap((text) => [
      ...[...text.matchAll(/\$(\w+)\s*:=/g)].map(([, name = '']) => name),
      ...[...text.matchAll(/function\(([^)]*)\)/g)].flatMap(([, names = '']) => names.match(/\w+/g) ?? []),
    ]);

describe('a step with the id of what expressions bind', () => {
  it.each(LOCALS)('%s: what is missing is named', async (local) => {
    expect(await runLacking(local)).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'EXPRESSION_FAILURE',
        message: `"p9" of step "${local}" is missing, which field "paths[9]" of the output reads`,
      },
    });
  });

  it.each(LOCALS)('%s: no variable is called so', (local) => {
    const { assigned } = written(bindingAll(local));
    expect(assigned).toContain(`${local}_2`);
    expect(assigned).not.toContain(local);
  });
});

describe('what expressions bind', () => {
  const FLOWS = join(import.meta.dirname, '../../../../workflows');
  const sources = [
    bindingAll('step'),
    manyReads('step'),
    ...guideSnippets()
      .filter(({ source }) => source.includes('component:'))
      .map((snippet) => complete(snippet).source),
    ...readdirSync(FLOWS)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => readFileSync(join(FLOWS, name), 'utf8')),
  ];
  const all = [
    ...sources.map((source) => written(source)),
    // A Task that starts a nested state machine.
    written(CHAIN, { limits: { definitionBytes: 10_000 } }),
  ];

  it('is declared; or a condition that guards share, under a name of its own', () => {
    const undeclared = all.flatMap(({ strings, assigned }) =>
      boundIn(strings).filter((name) => !isLocal(name) && (assigned.has(name) || !CONDITION.test(name))),
    );
    expect(undeclared).toEqual([]);
  });

  it('is all that is declared', () => {
    const bound = new Set(all.flatMap(({ strings }) => boundIn(strings)));
    expect(LOCALS.filter((local) => !bound.has(local))).toEqual([]);
  });
});

describe('the name of a variable', () => {
  it.each([...LOCALS, 'part1', 'part120', 'states', 'lookup', 'partition'])('is never %s', (name) => {
    expect(variableNames().take(name)).toBe(`${name}_2`);
  });
});
