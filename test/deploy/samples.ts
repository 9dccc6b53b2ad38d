import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../../lib/run/report/outcome.ts';
import { type FlowResult, runFlow } from '../../lib/run/run-flow.ts';
import { escapeValue } from '../../lib/runtime/index.ts';
import { RUN_TIMEOUT } from './cdk.ts';
import type { Deployed } from './deployed.ts';
import { drawSamples } from './drawn-samples.ts';
import { execute, executeSync, outputOf } from './executions.ts';
import type { JudgedSample, Wanted } from './judged-sample.ts';
import { executionName } from './mock-component.ts';
import { writtenSamples } from './written-samples.ts';

/** Flows drawn at random and flows written by hand. */
export const samples: readonly JudgedSample[] = [...writtenSamples, ...(await drawSamples())];
const runs = samples.flatMap(({ inputs, wanted, ...sample }) =>
  inputs.flatMap((input, at) => {
    const end = wanted[at];
    return end ? [{ ...sample, title: `${sample.name}, run ${at + 1}`, number: at + 1, input, end }] : [];
  }),
);

type Run = (typeof runs)[number];

/** A local run, and whether its input was refused before the state machine started. */
async function runHere(
  { source, mocks, variables, limits = {}, input }: Run,
  blobs: string,
): Promise<{ result: FlowResult; refused: boolean }> {
  const { result, execution } = await runFlow({ source, mocks, variables, limits, input, blobs });
  return { result: withoutPlace(result), refused: execution === undefined };
}

/** Only local runs report the step of a failure. */
const withoutPlace = (result: FlowResult): FlowResult =>
  result.outcome === 'failed'
    ? { outcome: 'failed', error: { code: result.error.code, message: result.error.message } }
    : result;

async function runThere({ name, number, input }: Run, { emulator, sampleOutputs }: Deployed): Promise<FlowResult> {
  const arn = sampleOutputs[`${name}Arn`] ?? '';
  const start = arn.endsWith('-express') ? executeSync : execute;
  const execution = await start(emulator, arn, escapeValue(input), executionName(name, number));
  const output = await outputOf(emulator, sampleOutputs.BlobBucket ?? '', execution);
  const { error = '', cause = '' } = execution;
  const status = execution.status === 'SUCCEEDED' ? execution.status : 'FAILED';
  return resultOf({ status, output, error, cause }, undefined);
}

/** Each run of the samples must end there as the language says, and as it does locally. */
export function testSamples(deployed: () => Deployed): void {
  describe.concurrent('a deployed flow does what the language says, as a local run does', {
    timeout: RUN_TIMEOUT,
  }, () => {
    it.each(runs)('$title', async (run) => {
      const blobs = join(deployed().samplesFolder, 'blobs');
      const [{ result: here, refused }, there] = await Promise.all([runHere(run, blobs), runThere(run, deployed())]);
      expectEnd(here, run.end);
      expectEnd(there, run.end);
      // Of several failures either may come first; and a state machine refuses an input with a shorter message.
      const mayDiffer = refused || (run.end.outcome === 'failed' && run.end.failures.length > 1);
      if (!mayDiffer) expect(there).toEqual(here);
    });
  });
}

function expectEnd(result: FlowResult, wanted: Wanted): void {
  if (wanted.outcome !== 'failed') expect(result).toEqual(wanted);
  else expect(wanted.failures).toContain(result.outcome === 'failed' ? result.error.code : result.outcome);
}
