import { describe, expect, test } from 'vitest';
import { ObjectError, type S3Objects } from '../../../../lib/engine/index.ts';
import type { Json, JsonObject } from '../../../../lib/protocol/json.ts';
import { type Behaviour, run, task } from '../../harness.ts';
import { mapOf, memoryObjects } from './memory-objects.ts';

const writerOf = (WriterConfig?: JsonObject): JsonObject => ({
  Label: 'Jobs',
  ResultWriter: {
    Resource: 'arn:aws:states:::s3:putObject',
    Arguments: { Bucket: 'out', Prefix: 'maps' },
    ...(WriterConfig && { WriterConfig }),
  },
});

async function write(more: JsonObject, behave: Behaviour = ({ arguments: args }) => args, name = 'machine') {
  const { s3, text, keys } = memoryObjects();
  const ran = await run(mapOf({ ...writerOf(), ...more }, task()), behave, { objects: s3, stateMachineName: name });
  const folder = keys()[0]?.replace(/[^/]*$/, '') ?? '';
  const file = (key: string): Json => JSON.parse(text(`${folder}${key}`));
  return { ...ran, folder, text, names: keys().map((key) => key.slice(folder.length)), file };
}

// Source: "ResultWriter (Map)", AWS Step Functions developer guide; test_map_state_result_writer of LocalStack's recorded tests.
describe('ResultWriter', () => {
  test('writes the result of each child execution, and a manifest', async () => {
    const { result, folder, names, file, text } = await write({ Items: [1, { n: 2 }] });
    const [, uuid] = folder.split('maps/');
    const id = uuid?.slice(0, -1);
    expect(result.output).toEqual({
      MapRunArn: `arn:aws:states:local:000000000000:mapRun:machine/Jobs:${id}`,
      ResultWriterDetails: { Bucket: 'out', Key: `maps/${id}/manifest.json` },
    });
    expect(names).toEqual(['SUCCEEDED_0.json', 'manifest.json']);
    expect(file('manifest.json')).toEqual({
      DestinationBucket: 'out',
      MapRunArn: `arn:aws:states:local:000000000000:mapRun:machine/Jobs:${id}`,
      ResultFiles: {
        FAILED: [],
        PENDING: [],
        SUCCEEDED: [{ Key: `maps/${id}/SUCCEEDED_0.json`, Size: Buffer.byteLength(text(`${folder}SUCCEEDED_0.json`)) }],
      },
    });
    const common = {
      InputDetails: { Included: true },
      OutputDetails: { Included: true },
      RedriveCount: 0,
      RedriveStatus: 'NOT_REDRIVABLE',
      RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
      StartDate: '1970-01-01T00:00:00.000Z',
      StateMachineArn: 'arn:aws:states:local:000000000000:stateMachine:machine/Jobs',
      Status: 'SUCCEEDED',
      StopDate: '1970-01-01T00:00:00.000Z',
      Name: expect.any(String),
      ExecutionArn: expect.stringMatching(/^arn:aws:states:local:000000000000:execution:machine\/Jobs:/),
    };
    expect(file('SUCCEEDED_0.json')).toEqual([
      { ...common, Input: '1', Output: '1' },
      { ...common, Input: '{"n":2}', Output: '{"n":2}' },
    ]);
  });

  test('failures have a file of their own', async () => {
    const { result, names, file } = await write(
      { Items: [1, 2, 3], ToleratedFailureCount: 2 },
      ({ arguments: args }) => (args === 2 ? { fail: 'Two', cause: 'is even' } : args),
    );
    expect(result.status).toBe('SUCCEEDED');
    expect(names).toEqual(['FAILED_0.json', 'SUCCEEDED_0.json', 'manifest.json']);
    expect(file('FAILED_0.json')).toMatchObject([
      { Status: 'FAILED', Error: 'Two', Cause: 'is even', Input: '2', RedriveStatus: 'REDRIVABLE_BY_MAP_RUN' },
    ]);
    expect(file('FAILED_0.json')).not.toHaveProperty('0.Output');
  });

  test('if too many fail, it describes the child executions that ended, were aborted and never began', async () => {
    const { result, names, file, types } = await write(
      { Items: [1, 2, 3, 4, 5], MaxConcurrency: 2 },
      ({ arguments: args }) => (args === 1 ? { ms: 1000, fail: 'One' } : { ms: 5000 }),
    );
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold', stopMs: 1000 });
    expect(names).toEqual(['FAILED_0.json', 'PENDING_0.json', 'manifest.json']);
    expect(file('FAILED_0.json')).toMatchObject([
      { Input: '1', Status: 'FAILED' },
      { Input: '2', Status: 'ABORTED' },
    ]);
    expect(file('PENDING_0.json')).toMatchObject([
      { Input: '3', Status: 'PENDING' },
      { Input: '4', Status: 'PENDING' },
      { Input: '5', Status: 'PENDING' },
    ]);
    expect(types).toContain('ExecutionAborted');
  });

  test('nothing is kept if the Map is stopped', async () => {
    const { s3, keys, discarded } = memoryObjects();
    const definition = { ...mapOf({ ...writerOf(), Items: [1, 2], MaxConcurrency: 1 }, task()), TimeoutSeconds: 3 };
    const { result } = await run(definition, () => ({ ms: 2000 }), { objects: s3 });
    expect(result.status).toBe('TIMED_OUT');
    await new Promise((resolve) => setImmediate(resolve));
    expect(keys()).toEqual([]);
    expect(discarded).toEqual([expect.stringMatching(/SUCCEEDED_0\.json$/)]);
  });

  test('COMPACT writes outputs, FLATTEN their items, JSONL a line for each', async () => {
    const Items = [[1, [2]], 3];
    const compact = await write({ Items, ...writerOf({ Transformation: 'COMPACT' }) });
    expect(compact.file('SUCCEEDED_0.json')).toEqual([[1, [2]], 3]);
    const flat = await write({ Items, ...writerOf({ Transformation: 'FLATTEN', OutputType: 'JSONL' }) });
    expect(flat.text(`${flat.folder}SUCCEEDED_0.jsonl`)).toBe('1\n[2]\n3\n');
  });

  test('an Express child is not redriven', async () => {
    const { file } = await write({
      Items: [1],
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
        StartAt: 'A',
        States: { A: task() },
      },
    });
    expect(file('SUCCEEDED_0.json')).toMatchObject([
      { ExecutionArn: expect.stringContaining(':express:machine/Jobs:') },
    ]);
    expect(file('SUCCEEDED_0.json')).not.toHaveProperty('0.RedriveStatus');
  });

  test('a Map may have more results than a payload can hold', async () => {
    const { result, file } = await write({ Items: [1, 2, 3] }, () => 'x'.repeat(200_000));
    expect(result.status).toBe('SUCCEEDED');
    expect(file('SUCCEEDED_0.json')).toHaveLength(3);
    const { result: without } = await run(mapOf({ Items: [1, 2, 3] }, task()), () => 'x'.repeat(200_000));
    expect(without).toMatchObject({ error: 'States.DataLimitExceeded' });
  });

  test('a WriterConfig alone applies to the result of the state', async () => {
    const inState = async (WriterConfig: JsonObject) =>
      (await run(mapOf({ Items: [[1], 2], ResultWriter: { WriterConfig } }))).result.output;
    expect(await inState({ Transformation: 'FLATTEN' })).toEqual([1, 2]);
    expect(await inState({ Transformation: 'COMPACT' })).toEqual([[1], 2]);
    expect(await inState({ Transformation: 'NONE' })).toMatchObject([{ Output: '[1]' }, { Output: '2' }]);
  });

  const failingAt = (what: 'open' | 'close'): S3Objects => ({
    ...memoryObjects().s3,
    putObject: async () => {
      if (what === 'open') throw new ObjectError('NoSuchBucket', 'The specified bucket does not exist');
      return {
        write: async () => {},
        close: async () => Promise.reject(new ObjectError('AccessDenied', 'Access Denied')),
        discard: async () => {},
      };
    },
  });

  test.each([
    ['open', 'The specified bucket does not exist'],
    ['close', 'Access Denied'],
  ] as const)('a bucket that fails at %s fails the Map', async (what, cause) => {
    const { result, types } = await run(mapOf({ ...writerOf(), Items: [1] }), undefined, { objects: failingAt(what) });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.ResultWriterFailed', cause });
    expect(types.slice(-3)).toEqual(['MapRunFailed', 'MapStateFailed', 'ExecutionFailed']);
  });

  test('a run without S3 says so', async () => {
    const { result } = await run(mapOf({ ...writerOf(), Items: [1] }));
    expect(result).toMatchObject({ error: 'States.ResultWriterFailed', cause: expect.stringContaining('no objects') });
  });
});
