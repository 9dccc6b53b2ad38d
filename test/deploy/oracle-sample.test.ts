import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultOf } from '../../lib/local/outcome.ts';
import { type FlowResult, runFlow } from '../../lib/run.ts';
import { escapeValue } from '../../lib/runtime/index.ts';
import { DEPLOY_TIMEOUT, deployAnew, type Outputs, RUN_TIMEOUT } from './cdk.ts';
import { drawSamples } from './drawn-samples.ts';
import type { Emulator } from './emulator.ts';
import { execute, outputOf } from './executions.ts';
import type { JudgedSample, Wanted } from './judged-sample.ts';
import { executionName } from './mock-component.ts';
import { STACK, writeProject } from './sample-project.ts';
import { writtenSamples } from './written-samples.ts';

// Deploys flows that were drawn at random, and some that were written, in one stack; each run there must end as the
// language says, and as it does here. See launcher.py for what the emulator proves and what it does not.

const samples: readonly JudgedSample[] = [...writtenSamples, ...(await drawSamples())];
const runs = samples.flatMap(({ inputs, wanted, ...sample }) =>
  inputs.flatMap((input, at) => {
    const end = wanted[at];
    return end ? [{ ...sample, title: `${sample.name}, run ${at + 1}`, number: at + 1, input, end }] : [];
  }),
);

let folder: string;
let emulator: Emulator;
let outputs: Outputs;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepflow-samples-'));
  ({ emulator, outputs } = await deployAnew(STACK, writeProject(folder, samples)));
}, DEPLOY_TIMEOUT);

afterAll(async () => {
  await emulator?.stop();
  rmSync(folder, { recursive: true });
});

type Run = (typeof runs)[number];

/** The run on this machine, and whether its input was refused before the state machine saw it. */
async function runHere({
  source,
  mocks,
  variables,
  limits = {},
  input,
}: Run): Promise<{ result: FlowResult; refused: boolean }> {
  const blobs = join(folder, 'blobs');
  const { result, execution } = await runFlow({ source, mocks, variables, limits, input, blobs });
  return { result: withoutPlace(result), refused: execution === undefined };
}

/** Only the machine that runs a flow knows in which step's function a failure was. */
const withoutPlace = (result: FlowResult): FlowResult =>
  result.outcome === 'failed'
    ? { outcome: 'failed', error: { code: result.error.code, message: result.error.message } }
    : result;

async function runThere({ name, number, input }: Run): Promise<FlowResult> {
  const arn = outputs[`${name}Arn`] ?? '';
  const execution = await execute(emulator, arn, escapeValue(input), executionName(name, number));
  const output = await outputOf(emulator, outputs.BlobBucket ?? '', execution);
  const { error = '', cause = '' } = execution;
  const status = execution.status === 'SUCCEEDED' ? execution.status : 'FAILED';
  return resultOf({ status, output, error, cause }, undefined);
}

describe.concurrent('a deployed flow does what the language says, and what it does here', {
  timeout: RUN_TIMEOUT,
}, () => {
  it.each(runs)('$title', async (run) => {
    const [{ result: here, refused }, there] = await Promise.all([runHere(run), runThere(run)]);
    expectEnd(here, run.end);
    expectEnd(there, run.end);
    // Of several failures either may come first; and a state machine refuses an input with less to say of it.
    const wordsMayDiffer = refused || (run.end.outcome === 'failed' && run.end.failures.length > 1);
    if (!wordsMayDiffer) expect(there).toEqual(here);
  });
});

function expectEnd(result: FlowResult, wanted: Wanted): void {
  if (wanted.outcome !== 'failed') expect(result).toEqual(wanted);
  else expect(wanted.failures).toContain(result.outcome === 'failed' ? result.error.code : result.outcome);
}
