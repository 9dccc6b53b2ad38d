import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { compileFast } from '../../../lib/engine/jsonata/fast/compile.ts';
import { machine, run } from '../harness.ts';

/** The cause of the failure of an expression, or its value. */
async function evaluated(expression: string, text: string): Promise<unknown> {
  const definition = machine({ A: { Type: 'Pass', Output: `{% ${expression} %}`, End: true } });
  const { result } = await run(definition, undefined, { input: { text } });
  return result.status === 'SUCCEEDED' ? result.output : result.cause;
}

describe('a regular expression in a variable', () => {
  it.each([
    ['($r := /^a+$/; $contains($states.input.text, $r))', true],
    ['($r := /b/; ($r := /a/; $contains($states.input.text, $r)))', true],
    ['($r := /b/; [($r := "a"; $contains($states.input.text, $r)), $contains($states.input.text, $r)])', [true, false]],
    ['($r := /b/; $map(["a", "c"], function($r) { $contains($states.input.text, $r) }))', [true, false]],
    ['($r := "b"; $r := /a/; $contains($states.input.text, $r))', true],
    ['($r := /b/; $type($r))', 'function'],
    ['($a := ($r := /a/; "x"); $a)', 'x'],
  ])('is what it is everywhere: %s', async (expression, value) => {
    expect(await evaluated(expression, 'aa')).toEqual(value);
    const plain = jsonata(expression);
    expect(JSON.parse(JSON.stringify(await plain.evaluate({}, { states: { input: { text: 'aa' } } })))).toEqual(value);
  });

  it('needs no package to be evaluated', () => {
    expect(compileFast(jsonata('($r := /a/; $contains($states.input, $r) ? "x" : "")').ast())).toBeDefined();
  });
});

describe('a regular expression that runs away', () => {
  it.each([
    '$contains($states.input.text, /^(a+)+$/)',
    '$match($states.input.text, /^(a+)+$/)',
    '$replace($states.input.text, /(a|a)*$/, "")',
    '$split($states.input.text, /(x+x+)+y|^(a+)+$/)',
    '$map([$states.input.text], function($v) { $contains($v, /^(a+)+$/) })',
  ])('ends its expression as one that takes too long: %s', async (expression) => {
    expect(await evaluated(expression, `${'a'.repeat(40)}b`)).toMatch(/timeout: Check for infinite loop/);
  });

  it('is not one that only looks so', async () => {
    expect(await evaluated('$contains($states.input.text, /^(a+)+$/)', 'aaaa')).toBe(true);
    expect(await evaluated('$replace($states.input.text, /a+/, "-")', 'a'.repeat(50_000))).toBe('-');
  });
});
