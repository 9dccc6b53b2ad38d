import { describe, expect, test } from 'vitest';
import { DefinitionError, loadStateMachine } from '../../../../lib/engine/index.ts';
import type { Json, JsonObject } from '../../../../lib/protocol/json.ts';
import { run } from '../../harness.ts';
import { gzipped, mapOf, memoryObjects, read, readerOf } from './memory-objects.ts';

const FAILED = { status: 'FAILED', error: 'States.ItemReaderFailed' };
const CSV = { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' };

describe('JSON', () => {
  test('the items of a list', async () => {
    const { output, types } = await read('[1, "two", {"three": [3]}]', { InputType: 'JSON' });
    expect(output).toEqual([1, 'two', { three: [3] }]);
    expect(types.slice(1, 5)).toEqual(['MapStateEntered', 'MapStateStarted', 'MapRunStarted', 'ExecutionStarted']);
  });

  test('ItemsPointer names the list in a file', async () => {
    const file = '{"a/b": {"~": [[1], [2, 3]]}}';
    expect((await read(file, { InputType: 'JSON', ItemsPointer: '/a~1b/~0/1' })).output).toEqual([2, 3]);
  });

  test('the fields of an object are items, with their keys', async () => {
    const inner = await read('{"x": 1, "y": [2]}', { InputType: 'JSON' });
    expect(inner.output).toEqual([
      { Key: 'x', Value: 1 },
      { Key: 'y', Value: [2] },
    ]);
  });

  // Source: test_map_item_reader_json_no_json_list_object of LocalStack's recorded tests (its object is a value in AWS today).
  test.each(['1', '"text"', 'null'])('a file that holds %s has no items', async (file) => {
    const { types, ...result } = await read(file, { InputType: 'JSON' });
    expect(result).toMatchObject({ ...FAILED, cause: 'Attempting to map over non-iterable node.' });
    expect(types).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });

  test('a file that is not valid JSON is named', async () => {
    expect((await read('[1,', { InputType: 'JSON' })).cause).toMatch(/^The file is not valid JSON: /);
  });
});

describe('JSONL', () => {
  test('a line is an item, with any line end', async () => {
    expect((await read('{"a": 1}\r\n\n"ä€😀"\n[3]', { InputType: 'JSONL' })).output).toEqual([{ a: 1 }, 'ä€😀', [3]]);
  });

  test('a line that is not valid JSON is named', async () => {
    expect(await read('1\n\n{"a"}\n', { InputType: 'JSONL' })).toMatchObject({
      ...FAILED,
      cause: expect.stringMatching(/^Line 3 is not valid JSON: /),
    });
  });

  test('a file may be compressed', async () => {
    expect((await read(gzipped('1\n2\n'), { InputType: 'JSONL' })).output).toEqual([1, 2]);
  });
});

describe('CSV', () => {
  test('the headers are in the first row, or given', async () => {
    const rows = 'a,b\n1,2\n';
    expect((await read(rows, CSV)).output).toEqual([{ a: '1', b: '2' }]);
    const given = { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: ['x', 'y'] };
    expect((await read(rows, given)).output).toEqual([
      { x: 'a', y: 'b' },
      { x: '1', y: '2' },
    ]);
  });

  // Source: test_map_item_reader_csv_first_row_extra_fields and _typed_headers of LocalStack's recorded tests.
  test('missing fields are empty, surplus ones are left out, and all are strings', async () => {
    const rows = "H1,\nValue4,Value5,Value6\n,,,\ntrue,1,'HelloWorld'\nNull,None,\n   \n";
    expect((await read(rows, CSV)).output).toEqual([
      { H1: 'Value4', '': 'Value5' },
      { H1: '', '': '' },
      { H1: 'true', '': '1' },
      { H1: 'Null', '': 'None' },
      { H1: '   ', '': '' },
    ]);
  });

  test('headers must differ', async () => {
    expect(await read('a,a\n1,2', CSV)).toMatchObject({ ...FAILED, cause: 'CSV headers cannot contain duplicates.' });
  });

  test.each([
    ['COMMA', ','],
    ['PIPE', '|'],
    ['SEMICOLON', ';'],
    ['SPACE', ' '],
    ['TAB', '\t'],
  ])('the delimiter may be a %s', async (CSVDelimiter, sign) => {
    expect((await read(`a${sign}b\n1${sign}2`, { ...CSV, CSVDelimiter })).output).toEqual([{ a: '1', b: '2' }]);
  });
});

// Source: test_map_item_reader_csv_max_items and _paths of LocalStack's recorded tests.
describe('MaxItems', () => {
  const rows = 'n\n1\n2\n3\n';
  const all = [{ n: '1' }, { n: '2' }, { n: '3' }];

  test.each<[Json, readonly Json[]]>([
    [0, all],
    [2, all.slice(0, 2)],
    ['{% $most := 1 %}', all.slice(0, 1)],
    [100_000_001, all],
  ])('%j', async (MaxItems, items) => {
    expect((await read(rows, { ...CSV, MaxItems })).output).toEqual(items);
  });

  test('stops the reading, and closes the file', async () => {
    const { opened, closed } = await read(rows.repeat(100), { ...CSV, MaxItems: 1 });
    expect([opened, closed]).toEqual([['b/k'], ['b/k']]);
  });

  test('must be positive', async () => {
    expect(await read(rows, { ...CSV, MaxItems: '{% -1 %}' })).toMatchObject({
      ...FAILED,
      cause: 'field MaxItems must be positive',
    });
  });

  test.each<[Json, object]>([
    [-1, { ...FAILED, cause: 'field MaxItems must be positive' }],
    [2, { output: all.slice(0, 2) }],
    [
      1.5,
      {
        error: 'States.Runtime',
        cause:
          'An error occurred while executing the state \'Map\' (entered at the event id #2). The MaxItemsPath field refers to value "1.5" which is not a valid integer: $.most',
      },
    ],
  ])('in JSONPath is at a path: %j', async (most, expected) => {
    const { s3 } = memoryObjects({ 'b/k': rows });
    const ItemReader = {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { ...CSV, MaxItemsPath: '$.most' },
      Parameters: { 'Bucket.$': '$.bucket', Key: 'k' },
    };
    const definition = { ...mapOf({ ItemReader }), QueryLanguage: 'JSONPath' };
    const { result } = await run(definition, undefined, { objects: s3, input: { most, bucket: 'b' } });
    expect(result).toMatchObject(expected);
  });
});

describe('listObjectsV2', () => {
  const files = { 'b/p/1.jsonl': '1\n2\n', 'b/p/2.jsonl': '3\n', 'b/q': '4\n' };
  const list = (ReaderConfig?: JsonObject) => ({
    ItemReader: {
      Resource: 'arn:aws:states:::s3:listObjectsV2',
      Arguments: { Bucket: 'b', Prefix: '{% $states.input.prefix %}' },
      ...(ReaderConfig && { ReaderConfig }),
    },
  });
  const reading = async (more: JsonObject) => {
    const { result } = await run(mapOf(more), undefined, { objects: memoryObjects(files).s3, input: { prefix: 'p/' } });
    return result;
  };

  // Source: "Iterating over Amazon S3 objects", AWS Step Functions developer guide.
  test('objects are items', async () => {
    const common = { LastModified: 1_668_721_920, StorageClass: 'STANDARD', Etag: '"11"' };
    expect((await reading(list())).output).toEqual([
      { Key: 'p/1.jsonl', Size: 4, ...common },
      { Key: 'p/2.jsonl', Size: 2, ...common },
    ]);
    expect((await reading(list({ MaxItems: 1 }))).output).toHaveLength(1);
  });

  test('LOAD_AND_FLATTEN reads the items in them', async () => {
    const config = { InputType: 'JSONL', Transformation: 'LOAD_AND_FLATTEN' };
    const ItemSelector = {
      value: '{% $states.context.Map.Item.Value %}',
      from: '{% $states.context.Map.Item.Source %}',
    };
    expect((await reading({ ...list(config), ItemSelector })).output).toEqual([
      { value: 1, from: 'S3://b/p/1.jsonl' },
      { value: 2, from: 'S3://b/p/1.jsonl' },
      { value: 3, from: 'S3://b/p/2.jsonl' },
    ]);
  });
});

describe('a manifest', () => {
  const reading = async (files: Record<string, string | Uint8Array>, ReaderConfig: JsonObject) =>
    (await run(mapOf(readerOf(ReaderConfig)), undefined, { objects: memoryObjects(files).s3 })).result;

  test('of S3 Inventory names files of objects', async () => {
    const manifest = {
      destinationBucket: 'arn:aws:s3:::other',
      fileFormat: 'CSV',
      fileSchema: 'Bucket, Key, Size',
      files: [{ key: 'data/1.csv.gz' }, { key: 'data/2.csv.gz' }],
    };
    const files = {
      'b/k': JSON.stringify(manifest),
      'other/data/1.csv.gz': gzipped('"src","a","1"\n"src","b","2"\n'),
      'other/data/2.csv.gz': gzipped('"src","c","3"\n'),
    };
    expect((await reading(files, { InputType: 'MANIFEST' })).output).toEqual([
      { Bucket: 'src', Key: 'a', Size: '1' },
      { Bucket: 'src', Key: 'b', Size: '2' },
      { Bucket: 'src', Key: 'c', Size: '3' },
    ]);
  });

  test('of Athena names files of items', async () => {
    const files = { 'b/k': 's3://b/1\ns3://c/d/2\n', 'b/1': '{"n": 1}\n', 'c/d/2': '{"n": 2}\n' };
    const config = { ManifestType: 'ATHENA_DATA', InputType: 'JSONL' };
    expect((await reading(files, config)).output).toEqual([{ n: 1 }, { n: 2 }]);
    expect((await reading({ 'b/k': 'nothing' }, config)).cause).toBe(
      "The manifest has the line 'nothing', wanted s3://BUCKET/KEY.",
    );
  });
});

test("a missing object fails the Map with S3's message", async () => {
  const { result } = await run(mapOf(readerOf({ InputType: 'JSON' })), undefined, { objects: memoryObjects().s3 });
  expect(result).toMatchObject({ ...FAILED, cause: 'The specified key does not exist.' });
});

test('a run without S3 says so', async () => {
  const { result } = await run(mapOf(readerOf({ InputType: 'JSON' })));
  expect(result).toMatchObject({ ...FAILED, cause: expect.stringContaining('no objects') });
});

test('arguments that cannot be evaluated fail the state before its Map Run', async () => {
  const ItemReader = {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType: 'JSON' },
    Arguments: { Bucket: '{% $nowhere %}', Key: 'k' },
  };
  const { result, types } = await run(mapOf({ ItemReader }), undefined, { objects: memoryObjects().s3 });
  expect(result).toMatchObject({ error: 'States.QueryEvaluationError' });
  expect(result.cause).toContain("specified for the field 'ItemReader/Arguments/Bucket'");
  expect(types).toEqual([
    'ExecutionStarted',
    'MapStateEntered',
    'MapStateStarted',
    'EvaluationFailed',
    'ExecutionFailed',
  ]);
});

describe('a definition is refused, with the location', () => {
  const at = '/States/Map/ItemReader';
  test.each<[string, JsonObject, string]>([
    ['an unknown Resource', { ItemReader: { Resource: 'x', ReaderConfig: { InputType: 'JSON' } } }, `${at}/Resource`],
    ['no InputType', readerOf({}), `${at}/ReaderConfig/InputType`],
    ['PARQUET, which is not read here', readerOf({ InputType: 'PARQUET' }), `${at}/ReaderConfig/InputType`],
    ['no CSVHeaderLocation', readerOf({ InputType: 'CSV' }), `${at}/ReaderConfig/CSVHeaderLocation`],
    ['no CSVHeaders', readerOf({ InputType: 'CSV', CSVHeaderLocation: 'GIVEN' }), `${at}/ReaderConfig/CSVHeaders`],
    [
      'an ItemsPointer that is none',
      readerOf({ InputType: 'JSON', ItemsPointer: '$.a' }),
      `${at}/ReaderConfig/ItemsPointer`,
    ],
    ['half a MaxItems', readerOf({ InputType: 'JSON', MaxItems: 0.5 }), `${at}/ReaderConfig/MaxItems`],
  ])('%s', (_, more, pointer) => {
    const problems = (): readonly string[] => {
      try {
        loadStateMachine(mapOf(more));
      } catch (thrown) {
        if (thrown instanceof DefinitionError) return thrown.problems.map((problem) => problem.pointer);
      }
      return [];
    };
    expect(problems()).toContain(pointer);
  });

  test('an ItemReader of an inline Map', () => {
    const ItemProcessor = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
    const definition = mapOf({ ...readerOf({ InputType: 'JSON' }), ItemProcessor });
    expect(() => loadStateMachine(definition)).toThrow(
      /only a distributed Map has this field.* at \/States\/Map\/ItemReader/,
    );
  });
});
