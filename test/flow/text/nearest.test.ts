import { expect, test } from 'vitest';
import { nearest } from '../../../lib/flow/text/nearest.ts';

test.each([
  ['$ref', '$if', undefined],
  ['$env', '$if', undefined],
  ['$iff', '$if', '$if'],
  ['$fi', '$if', '$if'],
  ['$stp', '$step', '$step'],
  ['$setp', '$step', '$step'],
  ['$IF', '$if', '$if'],
  ['descritpoin', 'description', 'description'],
  ['', 'id', undefined],
])('%s is near to %s: %s', (written, name, meant) => {
  expect(nearest(written, [name])).toBe(meant);
});
