import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { topologicalOrder } from '../../../lib/compiler/analyse/graph.ts';
import type { Dag } from '../../../lib/compiler/arrange/dag.ts';
import { type Arrangement, arrange } from '../../../lib/compiler/arrange/series-parallel.ts';
import { hasShared, shared } from '../../shared.ts';
import { normal, randomFrom } from './graphs.ts';
import { criticalPath, isSmall, levelled, makespan, nodesOf, parallelsIn } from './trees.ts';

interface Workflow {
  readonly graph: Dag;
  /** Arranged with its profile. */
  readonly own: Arrangement;
  /** Arranged as if all steps took the same time. */
  readonly unit: Arrangement;
}

/** All steps that a value refers to. */
function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = '$step' in value && typeof value.$step === 'string' ? [value.$step] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

function read(name: string): Workflow {
  const flow: { steps: { id: string; input?: unknown }[] } = parse(
    readFileSync(shared(`dags/${name}.flow.yaml`), 'utf8'),
  );
  const profile: { steps: { [id: string]: { seconds: number } } } = JSON.parse(
    readFileSync(shared(`dags/${name}.profile.json`), 'utf8'),
  );
  const before = new Map(flow.steps.map(({ id, input }) => [id, new Set(references(input))]));
  const sorted = topologicalOrder(before);
  if (!('order' in sorted)) throw new Error(`${name} has a cycle`);
  const position = new Map(sorted.order.map((id, at) => [id, at]));
  const successors: number[][] = sorted.order.map(() => []);
  for (const [at, id] of sorted.order.entries()) {
    for (const other of before.get(id) ?? []) successors[position.get(other) ?? -1]?.push(at);
  }
  const durations = sorted.order.map((id) => profile.steps[id]?.seconds ?? Number.NaN);
  const graph = { durations, successors };
  return { graph, own: arrange(graph), unit: arrange({ successors, durations: durations.map(() => 1) }) };
}

const RUNS = 20;

/** The mean ratio of makespan to critical path over many runs with varying durations. */
function noisyRatio({ graph, own }: Workflow): number {
  const random = randomFrom(1);
  const ratios = Array.from({ length: RUNS }, () => {
    const durations = graph.durations.map((seconds) => seconds * Math.exp(0.5 * normal(random)));
    return makespan(own, durations) / criticalPath(graph, durations);
  });
  return ratios.reduce((sum, ratio) => sum + ratio, 0) / RUNS;
}

const geometricMean = (ratios: readonly number[]): number =>
  Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);

const names = hasShared('dags')
  ? readdirSync(shared('dags')).flatMap((file) => /^(.+)\.flow\.yaml$/.exec(file)?.[1] ?? [])
  : [];

describe.runIf(names.length > 0)('real workflows', () => {
  const workflows = names.map(read);

  it('take hardly longer than their critical paths, arranged by their profiles', () => {
    const ratios = workflows.map(({ graph, own }) => makespan(own, graph.durations) / criticalPath(graph));
    expect(geometricMean(ratios)).toBeLessThanOrEqual(1.002);
    expect(Math.max(...ratios)).toBeLessThanOrEqual(1.03);
  });

  it('take little longer than their critical paths, arranged without profiles', () => {
    const ratios = workflows.map(({ graph, unit }) => makespan(unit, graph.durations) / criticalPath(graph));
    expect(geometricMean(ratios)).toBeLessThanOrEqual(1.015);
    expect(Math.max(...ratios)).toBeLessThanOrEqual(1.2);
  });

  it('take little longer than their critical paths when durations vary from those in their profiles', () => {
    const ratios = workflows.map(noisyRatio);
    expect(geometricMean(ratios)).toBeLessThanOrEqual(1.02);
    expect(Math.max(...ratios)).toBeLessThanOrEqual(1.12);
  });

  it('need few Parallels, none of which has one branch', () => {
    const all = workflows.flatMap(({ own, unit }) => [own, unit]);
    expect(all.every(isSmall)).toBe(true);
    const [steps, parallels] = [all.flatMap(nodesOf).length, all.reduce((sum, tree) => sum + parallelsIn(tree), 0)];
    expect(parallels / steps).toBeLessThan(0.08);
  });

  it('are never slower than level by level', () => {
    for (const { graph, own } of workflows) {
      expect(makespan(own, graph.durations)).toBeLessThanOrEqual(levelled(graph) * 1.000001);
    }
  });
});
