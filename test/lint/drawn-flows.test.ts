import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEVELS, type Level, RULES } from '../../lib/lint/index.ts';
import { prepareFlow } from '../../lib/run/run-flow.ts';
import { runs } from '../chance.ts';
import { eagerFlow, lazyFlow, plainFlow, type Sample } from '../oracle/draw-flow.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMENTS, type Fixable, fixableFlow } from './draw-fixable.ts';
import { lint } from './lint.ts';

const TIMEOUT = 120_000 + runs(1) * 120_000;
const BLOBS = temporaryFolder('lint-blobs');
const BARE = temporaryFolder('lint-runs');

const anyFlow: fc.Arbitrary<Sample> = fc.oneof(
  eagerFlow,
  lazyFlow,
  plainFlow,
  fixableFlow.map(({ input, ...one }) => ({ ...one, variables: {}, inputs: [input] })),
);

const lines = (text: string): readonly string[] => text.split(/\r?\n/);

describe('lint of a drawn flow', () => {
  it('ends, and finds what is inside of the file', { timeout: TIMEOUT }, async () => {
    let found = 0;
    const property = fc.asyncProperty(anyFlow, async ({ source }) => {
      const all = lines(source);
      for (const { line, column, endLine, endColumn } of (await lint(source)).diagnostics) {
        found += 1;
        expect([line, column, endLine - line, endColumn].every((place) => place >= 0)).toBe(true);
        expect(column).toBeLessThanOrEqual((all[line - 1] ?? '').length + 1);
        expect(endLine).toBeLessThanOrEqual(all.length);
        expect(endColumn).toBeLessThanOrEqual((all[endLine - 1] ?? '').length + 1);
        if (line === endLine) expect(endColumn).toBeGreaterThan(column);
      }
    });
    await fc.assert(property, { numRuns: runs(60) });
    expect(found).toBeGreaterThan(100);
  });

  it('ends where the text is cut, or has something else in it', { timeout: TIMEOUT }, async () => {
    const junk = fc.oneof(
      fc.string(),
      fc.constantFrom('\n', '\r\n', '*x', '&x ', '- ', '"', '# lint-disable-next-line', '{'),
    );
    const property = fc.asyncProperty(
      anyFlow,
      fc.double({ min: 0, max: 1, noNaN: true }),
      junk,
      fc.boolean(),
      async (one, at, more, cut) => {
        const from = Math.floor(one.source.length * at);
        const text = one.source.slice(0, from) + more + (cut ? '' : one.source.slice(from));
        const { diagnostics } = await lint(text, { fix: true });
        expect(diagnostics.every(({ line, column }) => line >= 1 && column >= 1)).toBe(true);
      },
    );
    await fc.assert(property, { numRuns: runs(100) });
  });

  it('has the levels that are set', { timeout: TIMEOUT }, async () => {
    const levels = fc.dictionary(fc.constantFrom(...RULES.map(({ code }) => code)), fc.constantFrom<Level>(...LEVELS), {
      maxKeys: RULES.length,
      noNullPrototype: true,
    });
    const property = fc.asyncProperty(fixableFlow, levels, async ({ source }, set) => {
      const plain = (await lint(source)).diagnostics;
      const given = (await lint(source, { levels: new Map(Object.entries(set)) })).diagnostics;
      const expected = plain.flatMap((one) => {
        const level = set[one.code] ?? one.severity;
        return level === 'off' ? [] : [{ ...one, severity: level }];
      });
      expect(given).toEqual(expected);
    });
    await fc.assert(property, { numRuns: runs(25) });
  });

  it('leaves out what a comment silences, and nothing else', { timeout: TIMEOUT }, async () => {
    let silenced = 0;
    const property = fc.asyncProperty(fixableFlow, fc.nat(), async ({ source }, pick) => {
      const plain = (await lint(source)).diagnostics;
      const one = plain[pick % Math.max(1, plain.length)];
      if (!one || source.startsWith('{')) return;
      silenced += 1;
      const all = source.split(/(?<=\n)/);
      const comment = `# lint-disable-next-line ${one.code} it is drawn\n`;
      const text = [...all.slice(0, one.line - 1), comment, ...all.slice(one.line - 1)].join('');
      const found = (await lint(text)).diagnostics;
      const moved = (line: number): number => (line >= one.line ? line + 1 : line);
      const rest = plain.filter(({ code, line }) => code !== one.code || line !== one.line);
      expect(found.map(({ code, line }) => [code, line])).toEqual(rest.map(({ code, line }) => [code, moved(line)]));
    });
    await fc.assert(property, { numRuns: runs(25) });
    expect(silenced).toBeGreaterThan(runs(10));
  });
});

/** A run in the real engine; undefined for a flow that is refused. */
async function run({ source, mocks, variables }: Omit<Sample, 'inputs'>, input: Fixable['input']) {
  const common = { file: `${BARE}/flow.yaml`, blobs: BLOBS, variables, mocks };
  const prepared = await prepareFlow({ ...common, source });
  const errors = prepared.diagnostics.filter(({ severity }) => severity === 'error');
  return errors.length > 0 ? undefined : (await prepared.run({ input })).result;
}

describe('what --fix makes of a drawn flow', () => {
  it('runs as before, and has nothing more to mend', { timeout: TIMEOUT }, async () => {
    let fixed = 0;
    let compared = 0;
    const property = fc.asyncProperty(anyFlow, async (sample) => {
      const found = await lint(sample.source, { fix: true });
      expect(found.diagnostics.filter(({ fixable }) => fixable)).toEqual([]);
      if (found.fixed === 0) {
        expect(found.text).toBe(sample.source);
        return;
      }
      fixed += 1;
      const again = await lint(found.text, { fix: true });
      expect([again.text, again.fixed]).toEqual([found.text, 0]);
      expect(again.diagnostics).toEqual(found.diagnostics);
      for (const input of sample.inputs) {
        const before = await run(sample, input);
        const after = await run({ ...sample, source: found.text }, input);
        // A failure of a step that is no longer there, or waited for, may be gone.
        if (before?.outcome !== 'success') continue;
        compared += 1;
        expect(after).toEqual(before);
      }
    });
    await fc.assert(property, { numRuns: runs(100) });
    expect(fixed).toBeGreaterThan(runs(12));
    expect(compared).toBeGreaterThan(runs(10));
  });

  it('keeps its comments, its ends of lines, and JSON as JSON', { timeout: TIMEOUT }, async () => {
    let fixed = 0;
    const property = fc.asyncProperty(fixableFlow, async ({ source }) => {
      const { text, fixed: made } = await lint(source, { fix: true });
      if (made > 0) fixed += 1;
      for (const comment of COMMENTS) expect(text.split(comment).length).toBe(source.split(comment).length);
      if (source.startsWith('{\n  "')) expect(() => JSON.parse(text)).not.toThrow();
      if (source.includes('\r\n')) expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      if (source.startsWith('{')) return;
      // A line of a block is kept, or removed as a whole, or has a reference in a new place.
      const known = new Set(lines(source));
      expect(lines(text).filter((line) => !known.has(line) && !/\{ \$(?:step|input)|\{\}/.test(line))).toEqual([]);
    });
    await fc.assert(property, { numRuns: runs(60) });
    expect(fixed).toBeGreaterThan(runs(12));
  });
});
