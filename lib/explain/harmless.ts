import { isFree } from '../lint/cost.ts';
import { lintFlow } from '../lint/lint-flow.ts';
import type { Knowledge } from '../lint/linted-flow.ts';
import type { OpenedFlow } from '../project/open-flow.ts';

/** Findings of one rule of `lint` that cost nothing here, because a pass made their steps part of others. */
export interface Harmless {
  readonly rule: string;
  /** The name of the pass. */
  readonly pass: string;
  readonly steps: readonly string[];
}

/** What is asked of components and tests, which are not read here. */
const NOTHING: Omit<Knowledge, 'isReplaced' | 'diagnostics'> = {
  schemasOf: () => undefined,
  isBuiltin: () => false,
  resultsOf: () => [],
  secondsOf: () => undefined,
  resultBytesOf: () => undefined,
  isNamed: () => false,
  isInputAsked: () => false,
  tests: { cases: 0, measured: 0 },
};

/** The findings that the passes made harmless: as simulated, the flow would be neither faster nor cheaper without them. */
export async function harmlessIn(
  opened: Pick<OpenedFlow, 'source' | 'file' | 'settings' | 'compiled'>,
): Promise<readonly Harmless[]> {
  const { settings, compiled } = opened;
  const absorbed = new Map(compiled.absorbed.map(({ id, by }) => [id, by]));
  if (absorbed.size === 0) return [];
  const knowledge = { ...NOTHING, isReplaced: settings.opaque ?? (() => false), diagnostics: compiled.diagnostics };
  const { diagnostics } = await lintFlow(opened, knowledge, new Map());
  const groups = new Map<string, Harmless>();
  for (const { code, step, cost } of diagnostics) {
    const pass = step === undefined ? undefined : absorbed.get(step);
    if (step === undefined || pass === undefined || !cost || !isFree(cost)) continue;
    const key = `${code} ${pass}`;
    groups.set(key, { rule: code, pass, steps: [...(groups.get(key)?.steps ?? []), step] });
  }
  return [...groups.values()];
}
