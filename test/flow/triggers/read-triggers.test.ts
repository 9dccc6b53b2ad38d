import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../../lib/compiler/check/index.ts';
import { compile } from '../../../lib/compiler/compile.ts';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';
import { CRON_FIELDS } from '../../../lib/flow/triggers/cron.ts';
import { readSchedule } from '../../../lib/flow/triggers/schedule.ts';
import { runs } from '../../chance.ts';
import { expectDiagnostics } from '../../diagnostics/expect-diagnostics.ts';

const triggersOf = (triggers: string) =>
  readFlow(`metadata: { aws: { triggers: ${triggers} } }\noutput: 1`, 'flow.yaml');

const byPlace = (source: string) =>
  [...readFlow(source, 'flow.yaml').diagnostics].sort((a, b) => a.line - b.line || a.column - b.column);

describe('triggers', () => {
  it('are read with what EventBridge needs, and with names', () => {
    const { flow, diagnostics } = triggersOf(`[
      { schedule: cron(0 9 ? * MON-FRI *), timezone: Europe/Berlin, name: mornings, input: { day: { $input: time } } },
      { s3: { bucket: orders-inbox, prefix: in/, suffix: .csv }, filter: { detail: { object: { size: [{ numeric: [">", 0] }] } } } },
      { event: { source: my.shop, detail-type: [Paid, { prefix: Re }], bus: shop }, enabled: false },
      { event: { source: my.bank } },
      { queue: jobs.fifo, batchSize: 5, filter: { body: { kind: [order] } } }]`);
    expect(diagnostics).toEqual([]);
    expect(flow?.triggers).toMatchObject([
      {
        kind: 'schedule',
        name: 'mornings',
        enabled: true,
        timezone: 'Europe/Berlin',
        written: { day: { $input: 'time' } },
      },
      {
        kind: 's3',
        name: 's3',
        bucket: 'orders-inbox',
        bus: 'default',
        pattern: {
          source: ['aws.s3'],
          'detail-type': ['Object Created'],
          detail: {
            bucket: { name: ['orders-inbox'] },
            object: { key: [{ wildcard: 'in/*.csv' }], size: [{ numeric: ['>', 0] }] },
          },
        },
        input: { kind: 'input', path: { text: 'detail' } },
      },
      {
        kind: 'event',
        name: 'event',
        enabled: false,
        bus: 'shop',
        pattern: { source: ['my.shop'], 'detail-type': ['Paid', { prefix: 'Re' }] },
      },
      { kind: 'event', name: 'event-2', bus: 'default' },
      {
        kind: 'queue',
        queue: 'jobs.fifo',
        batchSize: 5,
        pattern: { body: { kind: ['order'] } },
        input: { path: { text: '$' } },
      },
    ]);
  });

  it('that are wrong are told with what is wanted', () => {
    const texts = expectDiagnostics(
      `
metadata:
  aws:
    triggers:
      - schedule: 0 9 * * 1-5
                  ~~~~~~~~~~~ bad-schedule
      - { schedule: rate(1 days) }
                    ~~~~~~~~~~~~ bad-schedule
      - { schedule: cron(0 9 1 * MON *) }
                    ~~~~~~~~~~~~~~~~~~~ bad-schedule
      - { schedule: "at(2030-01-31T09:00:00+01:00)" }
                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ bad-schedule
      - { schedule: cron(0 9 * * ? *), timezone: berlin }
                                                 ~~~~~~ unknown-timezone
      - { schedule: rate(1 hour), filter: {} }
                                  ~~~~~~ unknown-key
      - { s3: { bucket: Orders, sufix: .csv } }
                        ~~~~~~ bad-trigger
                                ~~~~~ unknown-key
      - { s3: { bucket: orders, events: [Object Create] } }
                                         ~~~~~~~~~~~~~ wrong-type
      - { event: { detailTypes: Paid } }
                   ~~~~~~~~~~~ unknown-key
      - { event: {} }
                 ~~ bad-trigger
      - { event: { source: s, detail: { status: PAID, n: [{ numerc: [1] }] } } }
                                                ~~~~ bad-event-pattern
                                                            ~~~~~~ bad-event-pattern
      - { s3: { bucket: orders }, filter: { source: [x] } }
                                          ~~~~~~~~~~~~~~~ bad-trigger
      - { queue: https://sqs.eu-central-1.amazonaws.com/1/jobs }
                 ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ bad-trigger
      - { queue: jobs, batchSize: 11 }
                                  ~~ wrong-type
      - { sqs: jobs }
          ~~~ unknown-key
      - { queue: jobs, name: a b }
                             ~~~ bad-trigger
      - { queue: jobs, name: s3 }
        ~~~~~~~~~~~~~~~~~~~~~~~~~ bad-trigger
      - { queue: jobs, s3: { bucket: orders } }
                       ~~ bad-trigger
      - { queue: jobs, input: { a: { $step: load }, b: { $variable: key } } }
                                   ~~~~~~~~~~~~~~~ trigger-reads
                                                       ~~~~~~~~~~~~~~~~~~ trigger-reads
    onFailure: { topic: alerts }
                        ~~~~~~ bad-trigger
    on_success: [{ bus: a, queue: b }]
                 ~~~~~~~~~~~~~~~~~~~~ bad-trigger
output: 1`,
      byPlace,
    );
    expect(texts[0]).toContain('Write cron(0 9 ? * MON-FRI *)');
    expect(texts[1]).toContain('Write rate(1 day)');
    expect(texts[2]).toContain('Write cron(0 9 1 * ? *)');
    expect(texts[4]).toContain('Did you mean "Europe/Berlin"?');
    expect(texts[7]).toContain('Did you mean "suffix"?');
    expect(texts.find((one) => one.includes('numerc'))).toContain('{ numeric: [">=", 1] }');
  });

  it('belong to the outermost flow, and completion events to Standard ones', () => {
    expectDiagnostics(`
metadata: { aws: { type: EXPRESS, triggers: [{ schedule: rate(1 day) }], onFailure: { bus: alerts } } }
                                                                         ~~~~~~~~~ express-completion
output: 1`);
    expectDiagnostics(`
steps:
  - id: each
    component: /map
    input:
      items: [1]
      workflow: { metadata: { aws: { triggers: [{ schedule: rate(1 day) }] } }, output: 1 }
                                               ~~~~~~~~~~~~~~~~~~~~~~~~~~~ inner-trigger
output: { $step: each }`);
  });

  it('have inputs that are held against the event and the inputSchema', () => {
    const source = `
metadata:
  aws:
    triggers:
      - { s3: { bucket: orders }, input: { key: { $input: detail.object.kye } } }
                                                          ~~~~~~~~~~~~~~~~~ doubtful-path
      - { s3: { bucket: orders }, input: { key: { $input: detail.object.size } } }
                                                ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ trigger-input
      - { schedule: rate(1 day), input: { day: 5 } }
                                        ~~~~~~~~~~ trigger-input
                                          ~~~ unlisted-field
      - { event: { source: my.shop } }
      - { queue: jobs, input: { key: { $concat: [orders/, { $input: body.id }] } } }
inputSchema: { type: object, properties: { key: { type: string } }, required: [key] }
output: { $input: key }`;
    const texts = expectDiagnostics(source, (text) => {
      const { flow } = compile(text);
      return flow ? check(flow, () => undefined) : [];
    });
    expect(texts[0]).toContain('There is no field "kye" in "detail.object" of the event | Did you mean "key"?');
    expect(texts[1]).toContain('The trigger "s3-2" gives an input that does not match');
  });
});

describe('a schedule', () => {
  it.each([
    'cron(0/15 8-17 ? * MON-FRI *)',
    'cron(0 10 LW * ? *)',
    'cron(0 10 15W JAN,JUL ? 2027-2030)',
    'cron(*/5 * ? * 6L *)',
    'cron(0 9 ? * 2#1 *)',
    'cron(0 9 ? * SUN,TUE-THU/1 *)',
    'rate(5 minutes)',
    'rate(1 day)',
    'at(2030-02-28T23:59:59)',
  ])('%s is one', (text) => {
    expect(readSchedule(text)).toMatchObject({ expression: text });
  });

  it.each([
    'cron(60 9 * * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 9 32 * ? *)',
    'cron(0 9 0 * ? *)',
    'cron(0 9 ? * 0 *)',
    'cron(0 9 ? * 8 *)',
    'cron(? 9 * * ? *)',
    'cron(0 9 * * * *)',
    'cron(0 9 ? * ? *)',
    'cron(0 17-9 * * ? *)',
    'cron(0/0 9 * * ? *)',
    'cron(0 9 L-3 * ? *)',
    'cron(0 9 ? * 2#6 *)',
    'cron(0 9 * * ? 1969)',
    'cron(1,,2 9 * * ? *)',
    'rate(0 days)',
    'rate(2 day)',
    'rate(1.5 hours)',
    'rate(1 week)',
    'at(2030-02-30T09:00:00)',
    'at(2030-01-01)',
    '@daily',
  ])('%s is none, and what is advised is one', (text) => {
    const problem = readSchedule(text);
    if (!('problem' in problem)) throw new Error('is taken');
    const [advised] = /^(?:cron|rate|at)\([^)]*\)/.exec(problem.form) ?? [];
    if (advised !== undefined) expect(readSchedule(advised)).toMatchObject({ expression: advised });
  });

  it('that is drawn of the values of its fields is one', () => {
    const fieldAt = (at: number) => {
      const { least, most } = CRON_FIELDS[at] ?? { least: 0, most: 0 };
      const one = fc.integer({ min: least, max: most });
      const range = fc.tuple(one, one).map((ends) => [...ends].sort((a, b) => a - b).join('-'));
      const part = fc.oneof(
        one.map(String),
        range,
        one.map((from) => `${from}/2`),
      );
      return fc.oneof(
        fc.constant('*'),
        fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(',')),
      );
    };
    const cron = fc.tuple(...[0, 1, 2, 3, 4, 5].map(fieldAt), fc.constantFrom('2', '4')).map((fields) =>
      fields
        .slice(0, 6)
        .map((field, at) => (String(at) === fields[6] ? '?' : field))
        .join(' '),
    );
    fc.assert(
      fc.property(cron, (fields) => {
        expect(readSchedule(`cron(${fields})`)).toEqual({
          kind: 'cron',
          expression: `cron(${fields})`,
          fields: fields.split(' '),
        });
      }),
      { numRuns: runs(100) },
    );
  });
});
