import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readFlow } from '../../lib/flow/read/read-flow.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { type Mocks, runFlow } from '../../lib/run/run-flow.ts';
import { judge } from '../oracle/oracle.ts';
import { hasShared, shared } from '../shared.ts';

/** A small flow, and the answer of the reference engine. */
interface Vector {
  readonly id: string;
  readonly flow: Json;
  readonly input: Json;
  readonly mocks?: Mocks;
  readonly variables?: { readonly [name: string]: Json };
  readonly expect:
    | { readonly invalid: true }
    | { readonly outcome: string; readonly result?: Json; readonly code?: string };
}

const FILES = ['vectors.json', 'vectors-2.json'].map((name) => `conformance/language/${name}`);
const VECTORS: readonly Vector[] = FILES.filter(hasShared).flatMap((file) =>
  JSON.parse(readFileSync(shared(file), 'utf8')),
);
const blobs = mkdtempSync(join(tmpdir(), 'stepflow-language-'));

afterAll(() => rmSync(blobs, { recursive: true }));

/** Whether a flow has only components that the oracle knows. */
const isPlain = ({ flow }: Vector): boolean =>
  [...JSON.stringify(flow).matchAll(/"component":"([^"]*)"/g)].every(([, path]) =>
    /^\/(mock\/|builtin\/noop$)/.test(path ?? ''),
  );

describe.runIf(VECTORS.length > 0)('the reference engine agrees', () => {
  it.each(VECTORS)('with a compiled flow: $id', async (vector) => {
    const { flow, input, mocks = {}, variables = {}, expect: wanted } = vector;
    const { result, diagnostics, execution } = await runFlow({
      ...{ source: JSON.stringify(flow), input, mocks, variables, blobs },
    });
    if ('invalid' in wanted) {
      expect(diagnostics).toContainEqual(expect.objectContaining({ severity: 'error' }));
      expect(execution).toBeUndefined();
    } else if (wanted.outcome === 'failed') {
      expect(result).toMatchObject({
        outcome: 'failed',
        error: wanted.code === undefined ? {} : { code: wanted.code },
      });
    } else expect(result).toEqual(wanted);
  });

  // The oracle cannot judge a flow that cannot be read or has a cycle.
  const judged = VECTORS.filter((vector) => isPlain(vector) && !('invalid' in vector.expect));

  it.each(judged)('with the oracle: $id', async ({ flow: written, input, mocks = {}, variables = {}, ...vector }) => {
    const { flow } = readFlow(JSON.stringify(written), 'flow.yaml');
    if (!flow) throw new Error('the flow cannot be read');
    const { called: _, unsure: _unsure, ...verdict } = await judge(flow, { input, variables, mocks });
    const { code, ...wanted } = { code: undefined, ...vector.expect };
    if (verdict.outcome !== 'failed') expect(verdict).toEqual(wanted);
    else {
      expect(verdict.outcome).toBe('outcome' in wanted && wanted.outcome);
      if (code !== undefined) expect([...verdict.codes.values()]).toContain(code);
    }
  });
});
