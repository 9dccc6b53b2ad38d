import jsonata from 'jsonata';
import { expect, test } from 'vitest';
import { simpleAst } from '../../../lib/engine/jsonata/simple.ts';

/** The package's tree without positions and empty fields. */
const treeOf = (source: string): unknown =>
  JSON.parse(JSON.stringify(jsonata(source).ast(), (key, value: unknown) => (key === 'position' ? undefined : value)));

test.each([
  '$a',
  '$load_user',
  '$states.input',
  '$states.context.Execution.Id',
  '$a.b._c.d1',
  '$lookup($load, "id")',
  '$lookup($states, "a b.$c[0]")',
  '$lookup($a, "")',
  '$lookup($a, "ü")',
])('%s is read as the package reads it', (source) => {
  expect(JSON.parse(JSON.stringify(simpleAst(source)))).toEqual(treeOf(source));
});

test.each([
  '$',
  '$$',
  '$a.null',
  '$a.in',
  '$a[0]',
  '$a . b',
  '$lookup($a.b, "c")',
  '$lookup($a, "\\n")',
  "$lookup($a, 'b')",
  'a',
  '$a.b ',
  '1',
])('%s is left to the package', (source) => {
  expect(simpleAst(source)).toBeUndefined();
});
