import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isObject, type Json } from '../../lib/protocol/json.ts';
import { runDefinition } from '../../lib/run/run-definition.ts';

const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Map',
  States: {
    Map: {
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
        Arguments: { Bucket: 'orders', Key: '{% $states.input.key %}' },
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Double',
        States: { Double: { Type: 'Pass', Output: '{% $number($states.input.n) * 2 %}', End: true } },
      },
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        Arguments: { Bucket: 'results' },
        WriterConfig: { Transformation: 'COMPACT' },
      },
      End: true,
    },
  },
};

test('a state machine reads items from a folder beside the project, and writes its results there', async () => {
  const home = mkdtempSync(join(tmpdir(), 'stepflow-map-'));
  const blobs = join(home, '.stepflow/blobs');
  mkdirSync(join(blobs, 'orders/2025'), { recursive: true });
  writeFileSync(join(home, 'package.json'), '{}');
  writeFileSync(join(blobs, 'orders/2025/all.csv'), 'n,name\n1,one\n21,many\n');
  const { status, output } = await runDefinition({ definition, input: { key: '2025/all.csv' }, mocks: {}, home });
  expect(status).toBe('SUCCEEDED');
  const json = (key: Json): Json => JSON.parse(readFileSync(join(blobs, 'results', String(key)), 'utf8'));
  const details = isObject(output) ? output.ResultWriterDetails : undefined;
  const manifest = json(isObject(details) ? (details.Key ?? null) : null);
  expect(manifest).toMatchObject({ DestinationBucket: 'results', ResultFiles: { SUCCEEDED: [{ Size: 6 }] } });
  const key = JSON.stringify(manifest).match(/[^"]*SUCCEEDED_0\.json/)?.[0] ?? '';
  expect(json(key)).toEqual([2, 42]);
  rmSync(home, { recursive: true });
});
