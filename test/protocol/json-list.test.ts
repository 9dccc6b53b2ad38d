import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../lib/protocol/json.ts';
import { itemsOfList } from '../../lib/protocol/json-list.ts';
import { trickyJson } from '../runtime/arbitraries.ts';

/** A text in pieces that end where `cuts` say. */
async function* inPieces(text: string, cuts: readonly number[]) {
  let from = 0;
  for (const cut of [...cuts.map((each) => each % (text.length + 1)), text.length].sort((a, b) => a - b)) {
    yield text.slice(from, cut);
    from = cut;
  }
}

async function itemsOf(text: string, cuts: readonly number[] = []): Promise<Json[]> {
  const items: Json[] = [];
  for await (const item of itemsOfList(inPieces(text, cuts))) items.push(item);
  return items;
}

const cuts = fc.array(fc.nat(), { maxLength: 12 });

describe('the items of a list', () => {
  it('are those that JSON.parse finds, wherever the pieces end and however it is spaced', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(trickyJson, { maxLength: 6 }), cuts, fc.nat({ max: 3 }), async (list, at, spaces) => {
        const text = `${' '.repeat(spaces)}${JSON.stringify(list, null, spaces)}\n`;
        expect(await itemsOf(text, at)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('of a text that is no JSON list are a SyntaxError, just where JSON.parse finds none', async () => {
    const characters = fc.string({ unit: fc.constantFrom(...'[]{},:"\\ 1an'), maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          characters,
          characters.map((text) => `[${text}]`),
        ),
        cuts,
        async (text, at) => {
          const wanted = listIn(text);
          if (wanted) expect(await itemsOf(text, at)).toEqual(wanted);
          else await expect(itemsOf(text, at)).rejects.toBeInstanceOf(SyntaxError);
        },
      ),
      { numRuns: 500 },
    );
  });
});

function listIn(text: string): Json[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
