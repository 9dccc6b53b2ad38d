import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordsOf } from '../../../../lib/engine/states/map/read/csv-records.ts';

/** The records of a text that comes in pieces of so many characters. */
async function records(text: string, delimiter = ',', size = text.length): Promise<readonly (readonly string[])[]> {
  async function* pieces() {
    for (let from = 0; from < text.length; from += size) yield text.slice(from, from + size);
  }
  const found: (readonly string[])[] = [];
  for await (const record of recordsOf(pieces(), delimiter)) found.push(record);
  return found;
}

// Source: "How Step Functions parses input CSV files", AWS Step Functions developer guide.
describe('the fields of a line', () => {
  test.each<[string, string, readonly (readonly string[])[]]>([
    ['quotes keep delimiters and line ends', 'a,"b,\nc"\nd', [['a', 'b,\nc'], ['d']]],
    ['a doubled quote stands for one', '"a ""b""",c', [['a "b"', 'c']]],
    [
      'a backslash keeps a backslash',
      'path\nC:\\\\Program Files\\\\MyApp.exe',
      [['path'], ['C:\\Program Files\\MyApp.exe']],
    ],
    ['a backslash keeps a delimiter', 'a\\,b,c', [['a,b', 'c']]],
    ['a backslash keeps a quote', 'a\\"b,"c\\"d"', [['a"b', 'c"d']]],
    // The example of the guide: its fourth field becomes JSON.
    [
      'a doubled quote stands for one outside quotes too',
      'x,{""MyKey"":""MyValue""},y',
      [['x', '{"MyKey":"MyValue"}', 'y']],
    ],
    ['a field may begin with a doubled quote', '""a"",b', [['"a"', 'b']]],
    ['a single quote outside quotes stays', 'a"b,c"\nd""""e', [['a"b', 'c"'], ['d""e']]],
    ['any other backslash is dropped', 'a\\b,\\\nc', [['ab', ''], ['c']]],
    [
      'lines may end as on Windows',
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a carriage return elsewhere stays', 'a\rb,"c\r"\n', [['a\rb', 'c\r']]],
    ['empty lines are no records', 'a\n\n\r\nb\n', [['a'], ['b']]],
    ['empty fields are', ',\n""\n', [['', ''], ['']]],
    ['nothing has no records', '', []],
  ])('%s', async (_, text, expected) => {
    expect(await records(text)).toEqual(expected);
  });

  test('another delimiter leaves commas alone', async () => {
    expect(await records('a,b|c\\|d', '|')).toEqual([['a,b', 'c|d']]);
  });
});

test('what is written by the rules is read back, in pieces of any size', async () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'ä', '😀', ',', '"', '\\', '\n', '\r', ' '), maxLength: 6 });
  const written = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
      async (rows, size) => {
        const text = rows.map((row) => row.map(written).join(',')).join('\n');
        expect(await records(text, ',', size)).toEqual(rows);
      },
    ),
  );
});

test('what is written without quotes is read back', async () => {
  const field = fc
    .string({ unit: fc.constantFrom('a', 'ä', '{', '"', ':', ' '), minLength: 1, maxLength: 8 })
    .filter((text) => !/^""|^"$/.test(text));
  await fc.assert(
    fc.asyncProperty(
      fc.array(field, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
      async (row, size) => {
        const text = row.map((each) => each.replaceAll('"', '""')).join(',');
        expect(await records(text, ',', size)).toEqual([row]);
      },
    ),
  );
});
