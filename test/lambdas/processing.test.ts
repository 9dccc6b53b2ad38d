import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../lambdas/_shared/csv.ts';
import { memoryStore } from '../runtime/stores/memory-store.ts';
import { invoke, invokeObject } from './invoke.ts';

describe('/data/merge', () => {
  it('merges maps by key, lists by id, and tells where two sources differ', async () => {
    const source1 = {
      status: 200,
      headers: {},
      body: { users: [{ id: 1, name: 'Ada' }, 'x'], version: 1, only: null },
    };
    const source2 = { users: [{ id: 1, mail: 'a@b.c' }, 'x', { id: 2 }], version: 2, only: 'here' };
    expect(await invoke('/data/merge', { source2, source1 })).toEqual({
      merged: { users: [{ id: 1, name: 'Ada', mail: 'a@b.c' }, 'x', { id: 2 }], version: 2, only: 'here' },
      sources: [
        { name: 'source1', kind: 'object', size: 3, status: 200 },
        { name: 'source2', kind: 'object', size: 3 },
      ],
      conflicts: [{ path: 'version', kept: 2, dropped: 1 }],
    });
  });

  it('takes the later of two that cannot be merged, and anything over nothing', async () => {
    expect(await invoke('/data/merge', { a: [1], b: { x: 1 }, c: null })).toMatchObject({
      merged: { x: 1 },
      conflicts: [{ path: '', kept: { x: 1 }, dropped: [1] }],
    });
    expect(await invoke('/data/merge', {})).toEqual({ merged: null, sources: [], conflicts: [] });
  });
});

describe('/item/process and /data/combine', () => {
  const item = (quantity: number) => ({ item: { name: 'Café au lait, 250 g', quantity, unit_price: 1.1 } });

  it.each([
    [9, 9.9, 0],
    [10, 11, 0.55],
    [50, 55, 6.6],
    [200, 220, 44],
  ])('price %d pieces', async (quantity, subtotal, discount) => {
    const total = Math.round((subtotal - discount) * 100) / 100;
    expect(await invoke('/item/process', item(quantity))).toMatchObject({ subtotal, discount, total });
  });

  it('name an item for a URL and find its words', async () => {
    const described = { ...item(1).item, description: 'The coffee, the best coffee, and 2 l of milk.' };
    expect(await invoke('/item/process', { item: described })).toMatchObject({
      slug: 'cafe-au-lait-250-g',
      keywords: ['coffee', 'best', 'café', 'lait', 'milk'],
    });
    await expect(invoke('/item/process', item(0))).rejects.toMatchObject({ name: 'INVALID_INPUT' });
  });

  it('combine records field by field', async () => {
    const results = [
      { total: 1.5, tags: ['a', 'b'], name: 'x', mixed: 1 },
      { total: 2.25, tags: ['b'], name: 'y', mixed: 'one' },
      { name: 'z' },
    ];
    expect(await invoke('/data/combine', { results })).toEqual({
      count: 3,
      totals: { total: { sum: 3.75, mean: 1.88, largest: 1 } },
      tallies: { tags: { b: 2, a: 1 } },
      texts: { name: ['x', 'y', 'z'] },
    });
  });
});

describe('a CSV text', () => {
  it('comes back as it was written, whatever the cells hold', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ' ', '"', ',', ';', '\n', '\r\n', 'é') });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(table, fc.constantFrom(',', ';', '|', '\t'), fc.constantFrom('\n', '\r\n'), (rows, mark, end) => {
        const text = rows.map((cells) => cells.map(quote).join(mark)).join(end);
        expect(readCsv(text, mark).map(({ cells }) => cells)).toEqual(rows);
      }),
    );
  });

  it('is read with bare cells, empty ones, blank lines and lines counted', () => {
    expect(readCsv('\ufeffa, b ,\n\n"x\r\ny",,z\r\nlast,', ',')).toEqual([
      { line: 1, cells: ['a', 'b', ''] },
      { line: 3, cells: ['x\r\ny', '', 'z'] },
      { line: 5, cells: ['last', ''] },
    ]);
  });

  it.each([
    ['a,"b', 1],
    ['a,b"c"\n"d"e', 1],
    ['"a\r\nb",c\n\n"d"e,f', 4],
  ])('with a stray quote says in which line: %j', (text, line) => {
    expect(() => readCsv(text, ',')).toThrow(`line ${line} has a stray quote`);
  });
});

describe('the pipeline', () => {
  const extract = (csv: string, delimiter = ',') => invokeObject('/pipeline/extract', { source: { csv, delimiter } });

  it('extracts rows by column, and sets aside lines that do not fit', async () => {
    expect(await extract('id;name\n1;Ada\n2\n3;"x;y"\n', ';')).toEqual({
      columns: ['id', 'name'],
      rows: [
        { id: '1', name: 'Ada' },
        { id: '3', name: 'x;y' },
      ],
      rejected: [{ line: 3, reason: 'found 1 cells, wanted 2' }],
    });
  });

  it.each([
    ['a,a\n1,2', 'two columns have the name "a"'],
    ['a,"b\n1,2', 'line 1 has a stray quote'],
    ['\n\n', 'is empty'],
  ])('refuses %j', async (csv, message) => {
    const failure = { name: 'INVALID_INPUT', message: expect.stringContaining(message) };
    await expect(extract(csv)).rejects.toMatchObject(failure);
  });

  it('types each column by all of its cells, and drops rows that are there twice', async () => {
    const csv = 'n,ok,day,code\n1.5,yes,2024-01-02,007x\n1.5,yes,2024-01-02,007x\n-2e3,NO,2024-01-02T03:00:00+03:00,\n';
    expect(await invoke('/pipeline/transform', { data: await extract(csv) })).toEqual({
      columns: [
        { name: 'n', type: 'number', empty: 0 },
        { name: 'ok', type: 'boolean', empty: 0 },
        { name: 'day', type: 'date', empty: 0 },
        { name: 'code', type: 'text', empty: 1 },
      ],
      rows: [
        { n: 1.5, ok: true, day: '2024-01-02', code: '007x' },
        { n: -2000, ok: false, day: '2024-01-02T00:00:00.000Z', code: null },
      ],
      duplicates: 1,
    });
  });

  it('stores the table column by column, as a blob that can be read back', async () => {
    const store = memoryStore();
    const data = await invoke('/pipeline/transform', { data: await extract('a,b\n1,x\n2,\n') });
    const loaded = await invokeObject('/pipeline/load', { transformed_data: data }, { store });
    expect(loaded).toMatchObject({ row_count: 2, column_count: 2 });
    const { data: stored } = await invokeObject('/get_blob', { blob_id: loaded.blob_id }, { store });
    expect(stored).toEqual({
      columns: [
        { name: 'a', type: 'number', values: [1, 2] },
        { name: 'b', type: 'text', values: ['x', null] },
      ],
    });
    expect(loaded.size_bytes).toBe(JSON.stringify(stored).length);
  });
});

describe('/validation/fast_check', () => {
  it('passes sound data on, and counts what it saw', async () => {
    const data = {
      user: { email: 'a@b.co', home_url: 'https://x.y', created_at: '2024-01-01' },
      ids: [{ id: 1 }, { id: 2 }],
    };
    const result = await invoke('/validation/fast_check', { data, required: ['user.email', 'ids[1].id'] });
    expect(result).toEqual({ valid: true, values: 10, data });
  });

  it.each([
    [{ a: ' ' }, [], '"a" is blank'],
    [{ mail: { email: 'nobody' } }, [], '"mail.email" is "nobody", wanted an e-mail address'],
    [{ urls: [{ url: 'x' }] }, [], '"urls[0].url" is "x", wanted a URL'],
    [{ due_date: 'soon' }, [], '"due_date" is "soon", wanted a date'],
    [{ list: [{ id: 1 }, { id: 1 }] }, [], '"list" has the id 1 more than once'],
    [{ a: null }, ['a', 'b.c'], '2 faults in the data: "a" is missing; "b.c" is missing'],
    [{}, ['a['], '"a[" is not a path'],
    [JSON.parse('['.repeat(40) + ']'.repeat(40)), [], 'nested more than 32 deep'],
  ])('refuses %j', async (data, required, message) => {
    const failure = { name: 'INVALID_INPUT', message: expect.stringContaining(message) };
    await expect(invoke('/validation/fast_check', { data, required })).rejects.toMatchObject(failure);
  });
});

describe('/cache/key', () => {
  const keyOf = async (request: unknown, namespace?: string) =>
    (await invokeObject('/cache/key', { request, namespace })).cache_key;

  it('is one for equal requests, whatever the order of their fields', async () => {
    const key = await keyOf({ a: [1, { x: 1, y: 2 }], b: null }, 'n');
    expect(key).toMatch(/^n:[0-9a-f]{64}$/);
    expect(await keyOf({ b: null, a: [1, { y: 2, x: 1 }] }, 'n')).toBe(key);
  });

  it('differs for another request, another order of a list, another namespace', async () => {
    const keys = await Promise.all([keyOf([1, 2]), keyOf([2, 1]), keyOf(['1', '2']), keyOf([1, 2], 'n')]);
    expect(new Set(keys).size).toBe(4);
  });
});

describe('/ai/summarize', () => {
  const summarize = (content: string, max_sentences?: number) =>
    invokeObject('/ai/summarize', {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content },
      ],
      max_sentences,
    });

  it('chooses the sentences that say most of what the others say, in their order', async () => {
    const text =
      'The harbour opened early. Ships from the harbour carry grain to the islands. My aunt likes tulips. ' +
      'Grain from the islands feeds the harbour. Everybody slept.';
    expect(await summarize(text, 2)).toMatchObject({
      response: 'Ships from the harbour carry grain to the islands. Grain from the islands feeds the harbour.',
      sentences: [{ position: 1 }, { position: 3 }],
      usage: { input_words: 26, output_words: 16 },
    });
  });

  it('says the same each time, and no more than there is', async () => {
    expect(await summarize('One thing only.', 5)).toEqual(await summarize('One thing only.', 5));
    expect(await summarize('One thing only.', 5)).toMatchObject({ response: 'One thing only.' });
    expect(await summarize('', 5)).toMatchObject({ response: '', sentences: [] });
  });

  it('wants a message of a user', async () => {
    const messages = [{ role: 'system', content: 'x' }];
    await expect(invoke('/ai/summarize', { messages })).rejects.toMatchObject({ name: 'INVALID_INPUT' });
  });
});

describe('/ai/complex_analysis', () => {
  it('tells easy from hard, what sets a document apart, and which two are alike', async () => {
    const documents = [
      { id: 'cat', text: 'The cat sat on the mat. The cat ran.' },
      { id: 'law', text: 'Notwithstanding contractual provisions, indemnification obligations survive termination.' },
      { id: 'pet', text: 'A cat on a mat is a happy cat.' },
    ];
    const result = await invokeObject('/ai/complex_analysis', { validated_data: { data: { documents } } });
    const [cat, law] = Array.isArray(result.documents) ? result.documents : [];
    // Flesch of the first: 9 words, 2 sentences, 9 syllables: 206.835 - 1.015 * 4.5 - 84.6.
    expect(cat).toMatchObject({ words: 9, reading_ease: 117.7, keywords: ['cat', 'ran', 'sat', 'mat'] });
    expect(law).toMatchObject({ words: 7, reading_ease: expect.any(Number) });
    expect(result.pairs).toMatchObject([{ a: 'cat', b: 'pet' }, { similarity: 0 }, { similarity: 0 }]);
  });
});
