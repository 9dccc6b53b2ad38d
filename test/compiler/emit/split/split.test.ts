import { describe, expect, it } from 'vitest';
import { type Compiled, type CompileOptions, compile } from '../../../../lib/compiler/compile.ts';
import { outline } from '../outline.ts';

const SMALL = { definitionBytes: 10_000 };

const split = (source: string, options: CompileOptions = {}): Compiled =>
  compile(source, { limits: SMALL, ...options });

const chain = (size: number): string => `
name: A long way
steps:
${Array.from({ length: size }, (_, at) => `  - { id: s${at}, component: /x/y, input: ${at === 0 ? 1 : `{ $step: s${at - 1} }`} }`).join('\n')}
output: { $step: s${size - 1} }`;

const shapes = ({ stateMachine, nestedMachines }: Compiled): readonly string[] => [
  outline(stateMachine),
  ...nestedMachines.map((nested) => `${nested.name}: ${outline(nested.stateMachine)}`),
];

describe('what is moved out', () => {
  it('of a chain: parts of it, as large as they may be', () => {
    expect(shapes(split(chain(12)))).toMatchInlineSnapshot(`
      [
        "s0 → s1 → s2 → s3 → s4 → s5 → part from s6",
        "A-long-way--s6: s6 → s7 → s8 → s9 → s10 → s11",
      ]
    `);
  });

  it('of what stands side by side: what takes least, so that the longest way has no execution to start', () => {
    const ids = Array.from({ length: 24 }, (_, at) => `b${at}`);
    const side = (id: string) => `  - { id: ${id}, component: /x/y, input: { $step: first } }`;
    const source = `
steps:
  - { id: first, component: /x/y }
${ids.map(side).join('\n')}
output: [${ids.map((id) => `{ $step: ${id} }`).join(', ')}]`;
    const steps = Object.fromEntries(['first', ...ids].map((id) => [id, { seconds: id === 'b20' ? 60 : 1 }]));
    const branches = { without: ['map-fan-outs'], profile: { steps }, limits: { definitionBytes: 25_000 } };
    expect(shapes(split(source, branches))).toMatchInlineSnapshot(`
      [
        "first → (b20 | b0 | b1 | b2 | b3 | b4 | b5 | b6 | b7 | b8 | b9 | part from b10)",
        "flow--b10: (b10 | b11 | b12 | b13 | b14 | b15 | b16 | b17 | b18 | b19 | b21 | b22 | b23)",
      ]
    `);
  });

  it('nothing where all fits', () => {
    const { nestedMachines, stateMachine } = compile(chain(3));
    expect(nestedMachines).toEqual([]);
    expect(outline(stateMachine)).toBe('s0 → s1 → s2');
  });
});

describe('what cannot be', () => {
  const problemsOf = ({ diagnostics }: Compiled): readonly string[] =>
    diagnostics.map(({ code, message }) => `${code}: ${message}`);

  it('an Express state machine that is too large', () => {
    const express = `metadata: { aws: { type: EXPRESS } }${chain(12)}`;
    expect(problemsOf(split(express))).toEqual([
      expect.stringMatching(
        /^express-too-large: The definition has [\d,]+ bytes; an Express state machine may have 10,000$/,
      ),
    ]);
  });

  it('a step that is too large by itself is named, at its place', () => {
    const source = `
steps:
  - { id: small, component: /x/y }
  - { id: big, component: /x/y, input: [{ $step: small }, ${'x'.repeat(11_000)}] }`;
    const [found] = split(source).diagnostics;
    expect(found).toMatchObject({ code: 'definition-too-large', line: 4, column: 11 });
    expect(found?.message).toMatch(
      /^The step "big" takes 12,\d+ bytes of a definition; a state machine may have 10,000$/,
    );
  });
});
