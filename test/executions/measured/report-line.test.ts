import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReportLine } from '../../../lib/executions/measured/report-line.ts';

const ID = '3604209a-e9a3-11e6-939a-754dd98c7be3';

/** A report as Lambda writes it, in both forms. */
function written(report: { billedMs: number; memoryMb: number; maxMemoryMb: number; initMs?: number | undefined }) {
  const { billedMs, memoryMb, maxMemoryMb, initMs } = report;
  const init = initMs === undefined ? '' : `Init Duration: ${initMs.toFixed(2)} ms\t`;
  const text = `REPORT RequestId: ${ID}\tDuration: ${(billedMs - 0.4).toFixed(2)} ms\tBilled Duration: ${billedMs} ms\tMemory Size: ${memoryMb} MB\tMax Memory Used: ${maxMemoryMb} MB\t${init}\n`;
  const trace = 'XRAY TraceId: 1-5e34a614-10bdd6f1b7a7\tSegmentId: 07f8f3a5\tSampled: true\t\n';
  const metrics = {
    ...{ durationMs: billedMs - 0.4, billedDurationMs: billedMs, memorySizeMB: memoryMb, maxMemoryUsedMB: maxMemoryMb },
    ...(initMs !== undefined && { initDurationMs: Number(initMs.toFixed(2)) }),
  };
  const record = { requestId: ID, metrics, status: 'success' };
  const json = JSON.stringify({ time: '2026-11-24T01:02:03.000Z', type: 'platform.report', record });
  return [text, text + trace, json];
}

describe('a line in the log of a function', () => {
  it('reports a call, as text and as JSON', () => {
    const whole = { min: 1, max: 900_000 };
    const reports = fc.record({
      billedMs: fc.integer(whole),
      memoryMb: fc.integer({ min: 128, max: 10_240 }),
      maxMemoryMb: fc.integer({ min: 1, max: 10_240 }),
      initMs: fc.option(fc.integer(whole), { nil: undefined }),
    });
    fc.assert(
      fc.property(reports, (report) => {
        const { initMs, ...rest } = report;
        const expected = { requestId: ID, ...rest, ...(initMs !== undefined && { initMs }) };
        for (const line of written(report)) expect(readReportLine(line)).toEqual(expected);
      }),
    );
  });

  it.each([
    `START RequestId: ${ID} Version: 3`,
    `END RequestId: ${ID}`,
    `2026-11-24T01:02:03.000Z\t${ID}\tINFO\tREPORT RequestId: ${ID}\tBilled Duration: 1 ms`,
    `REPORT RequestId: ${ID}\tStatus: timeout`,
    '{"type":"platform.report"}',
    '{"type":"platform.report","record":{"requestId":"a","metrics":{"billedDurationMs":"1"}}}',
    '{"type":"function","record":"platform.report"}',
    '{ broken',
    '',
  ])('may be another one: %j', (line) => {
    expect(readReportLine(line)).toBeUndefined();
  });
});
