import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonTokens } from '../../lib/protocol/json-tokens.ts';

const OTHERS = /[[\]{}:,]|[^\s"[\]{}:,]+/;

const textOf = (json: string): string => [...jsonTokens(json, OTHERS)].map(({ token }) => token).join('');

it('are all of a JSON text without spaces, each at its place', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const compact = JSON.stringify(JSON.parse(json));
      expect(textOf(compact)).toBe(compact);
      for (const { token, index } of jsonTokens(json, OTHERS)) expect(json.startsWith(token, index)).toBe(true);
    }),
  );
});

it.each(['\\"', 'é"x\\', 'plain'])('have strings of any length: many times %j', (part) => {
  const text = part.repeat(5_000_000);
  const json = JSON.stringify([text, 1]);
  expect([...jsonTokens(json, OTHERS)].map(({ token }) => token.length)).toEqual([1, json.length - 4, 1, 1, 1]);
});

it('end with the text where a string is not closed', () => {
  expect([...jsonTokens('["a\\"', OTHERS)].map(({ token }) => token)).toEqual(['[', '"a\\"']);
});
