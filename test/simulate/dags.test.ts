import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { simulate } from '../../lib/simulate/index.ts';
import { hasShared, shared } from '../shared.ts';

interface Step {
  readonly id: string;
  readonly input?: unknown;
}

type Times = { readonly [id: string]: { readonly seconds: number } };

/** All steps that a value refers to. */
function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = '$step' in value && typeof value.$step === 'string' ? [value.$step] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

/** The longest way, and the sum of the levels' longest steps, worked out from the text alone. */
function workOut(steps: readonly Step[], times: Times): { critical: number; byLevel: number } {
  const before = new Map(steps.map(({ id, input }) => [id, references(input)]));
  const known = new Map<string, { end: number; level: number }>();
  const find = (id: string): { end: number; level: number } => {
    const found = known.get(id);
    if (found) return found;
    const all = (before.get(id) ?? []).map(find);
    const end = Math.max(0, ...all.map((one) => one.end)) + (times[id]?.seconds ?? Number.NaN);
    const made = { end, level: Math.max(-1, ...all.map((one) => one.level)) + 1 };
    known.set(id, made);
    return made;
  };
  const levels: number[] = [];
  for (const { id } of steps) {
    const { level } = find(id);
    levels[level] = Math.max(levels[level] ?? 0, times[id]?.seconds ?? Number.NaN);
  }
  return {
    critical: Math.max(...[...known.values()].map(({ end }) => end)),
    byLevel: levels.reduce((sum, seconds) => sum + seconds, 0),
  };
}

const names = hasShared('dags')
  ? readdirSync(shared('dags')).flatMap((file) => /^(.+)\.flow\.yaml$/.exec(file)?.[1] ?? [])
  : [];

describe.runIf(names.length > 0)('real workflows', () => {
  it.each(names)('%s takes what its graph and its profile say', async (name) => {
    const source = readFileSync(shared(`dags/${name}.flow.yaml`), 'utf8');
    const profile: { readonly steps: Times } = JSON.parse(readFileSync(shared(`dags/${name}.profile.json`), 'utf8'));
    const flow: { readonly steps: readonly Step[] } = parse(source);
    const wanted = workOut(flow.steps, profile.steps);

    const { simulation: found } = await simulate(source, { profile });
    expect(found?.steps).toBe(flow.steps.length);
    expect(found?.criticalPathSeconds).toBeCloseTo(wanted.critical, 6);
    expect(found?.levelSeconds).toBeCloseTo(wanted.byLevel, 6);
    expect(found?.ratio).toBeGreaterThanOrEqual(1 - 1e-9);
    expect(found?.idle).toEqual([]);
  });
});
