import type { ReadPath } from '../flow/expression.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { type Use, usesOf } from '../plan/uses.ts';
import { isWhole } from './input-path.ts';

/** The paths at which a flow reads its input, as written, each once. */
export function inputReads({ flow, steps, output, sinks }: Plan): readonly string[] {
  const uses = [...[...steps.values()].flatMap(usesIn), ...output, ...sinks.flatMap((sink) => sink.uses)];
  const paths = uses.flatMap(({ reference }) => (reference.kind === 'input' ? [reference.path.text] : []));
  return [...new Set([...paths, ...(flow.requires ?? []).map(({ path }) => path.text)])];
}

/** The paths at which steps read the flow's input, each once. */
export function inputPaths(steps: readonly PlannedStep[]): readonly ReadPath[] {
  const found = new Map<string, ReadPath>();
  for (const { reference } of steps.flatMap(usesIn)) {
    if (reference.kind === 'input') found.set(inputKey(reference.path), reference.path);
  }
  return [...found.values()];
}

/** The key under which a nested state machine is given what the flow's input has at a path. */
export const inputKey = (path: ReadPath): string => (isWhole(path) ? '$' : path.text);

/** All that a step reads, and all that its guard asks. */
const usesIn = ({ uses, demand }: PlannedStep): readonly Use[] => [
  ...uses.input,
  ...uses.skipIf,
  ...uses.fallback,
  ...demand.flatMap((gates) => [...gates.values()].flatMap(({ of }) => usesOf(of))),
];
