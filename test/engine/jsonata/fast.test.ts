import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, test } from 'vitest';
import { realClock } from '../../../lib/engine/index.ts';
import type { Environment } from '../../../lib/engine/jsonata/expression.ts';
import { BAIL_OUT } from '../../../lib/engine/jsonata/fast/closure.ts';
import { compileFast } from '../../../lib/engine/jsonata/fast/compile.ts';
import { BUILT_IN } from '../../../lib/engine/jsonata/fast/functions.ts';
import { addedFunction } from '../../../lib/engine/jsonata/functions.ts';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';

const environmentOf = (variables: JsonObject, input: Json = {}): Environment => ({
  states: { input, result: input, context: { Execution: { Id: 'e-1', Input: input } } },
  variable: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
  clock: realClock,
  random: Math.random,
});

const parsed = (source: string) => compileFast(jsonata(source).ast());

/** The package's answer, or the code of its error. */
async function byPackage(source: string, environment: Environment, variables: JsonObject): Promise<unknown> {
  try {
    const parse = addedFunction('parse', environment);
    const value = await jsonata(source).evaluate(undefined, { parse, ...variables, states: environment.states });
    return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  } catch (thrown) {
    return thrown;
  }
}

const key = fc.constantFrom('a', 'b', 'c', '$if(x)', 'a b');
const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(
      null,
      true,
      false,
      0,
      1,
      -2.5,
      0.1 + 0.2,
      2 ** 53 - 1,
      1e21,
      '',
      'a',
      'b',
      'b😀"',
      '{"a": 1}',
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
})).value;

const name = (text: string): string => (/^[a-c]$/.test(text) ? text : `\`${text}\``);

/** Expressions of the subset, and a little around it. */
const source: fc.Arbitrary<string> = fc.letrec<{ source: string; test: string }>((tie) => {
  const inner = tie('source');
  const operator = fc.constantFrom('and', 'or', '=', '!=', 'in', '&', '<', '<=', '>', '>=', '+', '-', '*');
  const unary = fc.constantFrom(
    'exists',
    'type',
    'not',
    'boolean',
    'string',
    'count',
    'merge',
    'parse',
    'floor',
    'keys',
    'length',
  );
  const at = fc.integer({ min: -3, max: 3 });
  const entries = fc.uniqueArray(fc.tuple(key, inner), { maxLength: 3, selector: ([one]) => one });
  const root = fc.constantFrom(
    '$x',
    '$y',
    '$gone',
    '$states.input',
    '$states.result',
    '$states.context.Execution',
    '$v',
  );
  return {
    // What a filter says of an item.
    test: fc.oneof(
      fc.tuple(key, operator, inner).map(([field, sign, value]) => `${name(field)} ${sign} (${value})`),
      fc.tuple(key, key).map(([one, other]) => `${name(one)}.${name(other)}`),
      fc.tuple(operator, inner).map(([sign, value]) => `$ ${sign} (${value})`),
      inner.map((list) => `$not($ in ${list})`),
      fc.tuple(key, inner).map(([field, value]) => `$append(${name(field)}, ${value}) = [1]`),
    ),
    source: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('null', 'true', 'false', '0', '1', '-1', '""', '"a"', '"["'),
      root,
      fc
        .tuple(root, fc.array(key, { minLength: 1, maxLength: 3 }))
        .map(([from, keys]) => `${from}.${keys.map(name).join('.')}`),
      fc.tuple(root, key, fc.integer({ min: -2, max: 2 })).map(([from, field, at]) => `${from}.${name(field)}[${at}]`),
      fc.tuple(root, fc.integer({ min: -2, max: 2 })).map(([from, at]) => `${from}[${at}]`),
      fc.tuple(inner, key).map(([from, field]) => `$lookup(${from}, ${JSON.stringify(field)})`),
      fc.tuple(unary, inner).map(([call, arg]) => `$${call}(${arg})`),
      fc.tuple(fc.constantFrom('append', 'contains'), inner, inner).map(([call, a, b]) => `$${call}(${a}, ${b})`),
      fc.array(inner, { maxLength: 3 }).map((items) => `$merge([${items.join(', ')}])`),
      fc.tuple(inner, fc.constantFrom('a', '^b', '[0-9]*', 'A|"')).map(([text, to]) => `$contains(${text}, /${to}/i)`),
      fc
        .tuple(inner, fc.constantFrom('a', '[^a]', '^b', '[0-9]*', 'A|"'), fc.constantFrom('', '---', 'é'))
        .map(([text, to, other]) => `$replace(${text}, /${to}/i, "${other}")`),
      fc.tuple(inner, inner).map(([list, use]) => `$map(${list}, function($v) { ${use} })`),
      fc.tuple(inner, inner, tie('test')).map(([list, use, test]) => `$map(${list}, function($v) { ${use} })[${test}]`),
      fc.tuple(inner, tie('test')).map(([object, test]) => `$count($keys(${object})[${test}])`),
      fc
        .tuple(inner, at, fc.option(at))
        .map(([text, from, length]) => `$substring(${text}, ${from}${length === null ? '' : `, ${length}`})`),
      fc.tuple(root, key, inner).map(([from, field, test]) => `${from}.${name(field)}[${test}]`),
      fc.tuple(root, tie('test')).map(([from, test]) => `${from}[${test}]`),
      fc.tuple(root, tie('test'), tie('test')).map(([from, one, other]) => `$count(${from}[${one}][${other}])`),
      fc.tuple(inner, operator, inner).map(([left, sign, right]) => `((${left}) ${sign} (${right}))`),
      fc.tuple(inner, inner, inner).map(([test, one, other]) => `(${test} ? ${one} : ${other})`),
      fc.tuple(inner, inner).map(([value, use]) => `($v := ${value}; ${use})`),
      entries.map((pairs) => `{${pairs.map(([field, value]) => `${JSON.stringify(field)}: ${value}`).join(', ')}}`),
      fc.array(inner, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    ),
  };
}).source;

describe('the fast subset', () => {
  test('returns what the package returns, unless it bails out', async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(source, json, json, json, async (text, x, y, input) => {
        const fast = parsed(text);
        const environment = environmentOf({ x, y }, input);
        const found = fast === undefined ? BAIL_OUT : fast.evaluate(environment);
        if (found === BAIL_OUT) return;
        answered += 1;
        expect(found, text).toEqual(await byPackage(text, environment, { x, y }));
      }),
      { numRuns: 3000 },
    );
    expect(answered).toBeGreaterThan(1000);
  });

  test.each([
    '$load',
    '$states.context.Execution.Id',
    '$states.result.Payload',
    '$lookup($load, "id")',
    '$lookup($lookup($states.result[0], "a"), "$skipped") = true',
    '($value := $lookup($states.input, "a"); $exists($value) ? $value : {"$missing": "a"})',
    '($type($states.input) = "object" ? $lookup($states.input, "a"))',
    '$not($a) and ($b or $lookup($c, "d") in ["e", "f"])',
    '$count($states.result[outcome = "success"])',
    '$merge([$lookup($a, "$skipped") = true ? {} : {"a": $lookup($a, "$")}])',
    '$string({"errorType": "E", "errorMessage": "is " & $substring($string($a), 0, 60)})',
    '($error := $states.errorOutput.Error; $lookup($parse($error), "a"))',
    '$map($a, function($element) { $element != 1 ? $string($element) : "" })[$ != ""]',
    '$count($keys($a)[$not($ in ["b","c"])]) = 0 and $length($b) >= 1 and $contains($b, /^x/)',
  ])('%s is in the subset', (text) => {
    expect(parsed(text)).toBeDefined();
  });

  test.each([
    '$sum($x)',
    '$x.a[%.b]',
    '$map($x, $string)',
    '$map($x, function($i, $at){$at})',
    '$contains($x, $y, 1)',
    '$x[b].c.*',
    '$x.*',
    '$',
    'a.b',
    '$x ~> $f',
    'function($i){$i}',
    '$f := 1',
    '$x.a[]',
    '{$k: 1}',
  ])('%s is left to the package', (text) => {
    expect(parsed(text)).toBeUndefined();
  });

  test('a variable with the name of a function hides it', () => {
    expect(parsed('$lookup($x, "a")')?.evaluate(environmentOf({ x: { a: 1 }, lookup: 2 }))).toBe(BAIL_OUT);
  });

  test('knows all functions of the package', () => {
    const file = readFileSync(createRequire(import.meta.url).resolve('jsonata'), 'utf8');
    const names = [...file.matchAll(/staticFrame\.bind\('(\w+)'/g)].map(([, bound]) => bound ?? '');
    expect(names.length).toBeGreaterThan(60);
    expect(names.filter((one) => !BUILT_IN.has(one))).toEqual([]);
  });
});
