import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import jsonata from 'jsonata';
import { expect, test } from 'vitest';
import { compile } from '../../../lib/compiler/compile.ts';
import { expressionText } from '../../../lib/engine/jsonata/expression.ts';
import { compileFast } from '../../../lib/engine/jsonata/fast/compile.ts';
import { isObject } from '../../../lib/protocol/json.ts';

const folder = fileURLToPath(new URL('../../../workflows', import.meta.url));
const flows = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

/** The expressions in a value, at any depth. */
function expressionsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [expressionText(value) ?? []].flat();
  if (Array.isArray(value)) return value.flatMap(expressionsIn);
  return isObject(value) ? Object.values(value).flatMap(expressionsIn) : [];
}

test.each(flows)('all expressions of %s are evaluated without the package', (file) => {
  const { stateMachine } = compile(readFileSync(join(folder, file), 'utf8'), { file });
  const expressions = expressionsIn(stateMachine);
  expect(expressions.length).toBeGreaterThan(3);
  expect(expressions.filter((source) => compileFast(jsonata(source).ast()) === undefined)).toEqual([]);
});
