import { expect } from 'vitest';
import { type Compiled, type CompileOptions, compile } from '../../../lib/compiler/compile.ts';
import { PASS_NAMES } from '../../../lib/compiler/passes/passes.ts';
import type { Json } from '../../../lib/protocol/json.ts';
import { type FlowRun, type Mocks, runFlow } from '../../../lib/run/run-flow.ts';
import { outline } from '../emit/outline.ts';
import { expectWellFormed } from './well-formed.ts';

/** A flow compiled, which must have no errors, and be well-formed after each pass. */
export function compiled(source: string, options: CompileOptions = {}): Compiled {
  const made = compile(source, { onPass: expectWellFormed, ...options });
  expect(made.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return made;
}

/** The states of a flow, as text: see `outline`. */
export const shape = (source: string, options: CompileOptions = {}): string =>
  outline(compiled(source, options).stateMachine);

/** Behaviours that succeed, by what they give. */
export const giving = (results: { readonly [target: string]: Json }): Mocks =>
  Object.fromEntries(Object.entries(results).map(([target, result]) => [target, [{ outcome: 'success', result }]]));

/** Runs a flow with the passes and without them: the results must be the same. Answers the run with them. */
export async function runBoth(
  source: string,
  given: { readonly mocks?: Mocks; readonly input?: Json; readonly leastFanOut?: number },
): Promise<FlowRun> {
  const plain = await runFlow({ source, ...given, without: PASS_NAMES });
  const run = await runFlow({ source, ...given, onPass: expectWellFormed });
  expect(known(run)).toEqual(known(plain));
  expect(run.execution?.steps.map(({ id }) => id).sort()).toEqual(plain.execution?.steps.map(({ id }) => id).sort());
  return run;
}

/** What must not depend on the passes: of a failure its code, and the step where both know it. How it is worded may. */
const known = ({ result }: FlowRun): unknown =>
  result.outcome === 'failed'
    ? { outcome: 'failed', code: result.error.code, step: result.error.data?.step }
    : JSON.parse(JSON.stringify(result), (key, value) => (key === 'error' ? value.code : value));

/** What became of the steps of a run, by their ids. */
export const statusesOf = ({ execution }: FlowRun): { readonly [id: string]: string } =>
  Object.fromEntries((execution?.steps ?? []).map(({ id, status }) => [id, status]));

/** The names of the steps that a pass made part of others. */
export const absorbedBy = ({ absorbed }: Compiled, name: string): readonly string[] =>
  absorbed.filter(({ by }) => by === name).map(({ id }) => id);

/** What a pass says that it changed, a line a change. */
export const changesOf = ({ passes }: Compiled, name: string): readonly string[] =>
  passes
    .filter((pass) => pass.name === name)
    .flatMap(({ changes }) => changes.map(({ steps, what }) => `${steps.join(', ')}: ${what}`));
