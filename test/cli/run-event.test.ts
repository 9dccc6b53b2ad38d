import { describe, expect, test } from 'vitest';
import { project } from '../run/project.ts';
import { call } from './terminal.ts';

const s3 = (key: string | undefined) =>
  JSON.stringify({
    id: 'e-1',
    source: 'aws.s3',
    'detail-type': 'Object Created',
    detail: { bucket: { name: 'orders' }, object: { key } },
  });

const cwd = project({
  'orders.yaml': `
name: orders
metadata:
  aws:
    triggers:
      - { s3: { bucket: orders, prefix: in/ }, input: { key: { $concat: [orders/, { $input: detail.object.key }] } } }
      - { schedule: cron(0 9 * * ? *), timezone: Europe/Berlin, name: mornings, input: { key: { $input: detail.schedule } } }
      - { queue: jobs, filter: { body: { kind: [order] } } }
      - { queue: batches, batchSize: 5, filter: { body: { kind: [batch] } }, input: { key: { $input: "[0].body.key" }, all: { $length: { $input: $ } } } }
inputSchema: { type: object, required: [key], properties: { key: { type: string } } }
output: { $input: $ }
`,
  'plain.yaml': 'output: 1',
  'in.json': s3('in/a.csv'),
  'out.json': s3('out/a.csv'),
  'no-key.json': s3(undefined),
});

const run = (argv: readonly string[], stdin?: string) =>
  call(['run', 'orders.yaml', ...argv], { cwd, ...(stdin !== undefined && { stdin }) });

const resultOf = async (argv: readonly string[], stdin?: string) =>
  JSON.parse((await run([...argv, '--json'], stdin)).stdout);

describe('stepflow run --event', () => {
  test('makes the input by the trigger that the event fits, and shows it', async () => {
    expect(await resultOf(['--event', 'in.json'])).toMatchObject({
      outcome: 'success',
      result: { key: 'orders/in/a.csv' },
      trigger: 's3',
    });
    const { stderr } = await run(['--event', '-'], s3('in/b.csv'));
    expect(stderr).toContain('The trigger "s3" makes this input of the event: {\n  "key": "orders/in/b.csv"\n}');
  });

  test('reads the body of a message, and takes a batch as a list', async () => {
    const message = (kind: string, key: string) => ({ messageId: key, body: JSON.stringify({ kind, key }) });
    const one = await resultOf(['--event', '-'], JSON.stringify(message('order', 'k')));
    expect(one).toMatchObject({ trigger: 'queue', result: { kind: 'order', key: 'k' } });
    const batch = JSON.stringify([message('batch', 'k1'), message('batch', 'k2')]);
    expect(await resultOf(['--event', '-'], batch)).toMatchObject({
      trigger: 'queue-2',
      result: { key: 'k1', all: 2 },
    });
  });

  test('needs no event for a schedule', async () => {
    expect(await resultOf(['--trigger', 'mornings'])).toMatchObject({
      result: { key: 'mornings' },
      trigger: 'mornings',
    });
    expect(await resultOf(['--trigger', '2'])).toMatchObject({ trigger: 'mornings' });
  });

  test('says where an event that fits no trigger differs, and runs it where the trigger is named', async () => {
    const { code, stderr } = await run(['--event', 'out.json']);
    expect(code).toBe(2);
    expect(stderr).toContain('of "s3", "detail.object.key" is "out/a.csv", and {"prefix":"in/"} is wanted');
    expect(stderr).toContain('of "mornings", "source" is "aws.s3", and "aws.scheduler" is wanted');
    const named = await run(['--event', 'out.json', '--trigger', 's3']);
    expect(named.code).toBe(0);
    expect(named.stderr).toContain('On AWS this event would not start it: of "s3", "detail.object.key" is "out/a.csv"');
  });

  test('fails where the event lacks what the input reads, and where it has a reserved field', async () => {
    const lacking = await run(['--event', 'no-key.json', '--trigger', 's3', '--json']);
    expect(lacking.code).toBe(1);
    expect(JSON.parse(lacking.stdout)).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'EXPRESSION_FAILURE',
        message: expect.stringContaining('"detail.object.key" of the event is missing'),
      },
    });
    const secret = JSON.stringify({ messageId: 'm', body: { kind: 'order', key: { $secret: 'token' } } });
    expect(await resultOf(['--event', '-'], secret)).toMatchObject({ error: { code: 'INVALID_INPUT' } });
  });

  test.each([
    [['orders.yaml', '--trigger', 'morning'], 'did you mean "mornings"?'],
    [['orders.yaml', '--trigger', 's3'], 'the trigger "s3" needs an event'],
    [['orders.yaml', '--event', 'in.json', '--input', '1'], '--event and --input exclude each other'],
    [['plain.yaml', '--event', 'in.json'], 'the flow "plain" has no triggers'],
  ])('is refused for %j', async (argv, message) => {
    const { code, stderr } = await call(['run', ...argv], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
