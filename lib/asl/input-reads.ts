import type { Plan, PlannedStep } from '../plan/plan.ts';
import { type Use, usesOf } from '../plan/uses.ts';

/** The paths at which a flow reads its input, as written, each once. */
export function inputReads({ steps, output }: Plan): readonly string[] {
  const uses = [...[...steps.values()].flatMap(usesIn), ...output];
  const paths = uses.flatMap(({ reference }) => (reference.kind === 'input' ? [reference.path.text] : []));
  return [...new Set(paths)];
}

/** All that a step reads, and all that its guard asks. */
const usesIn = ({ uses, demand }: PlannedStep): readonly Use[] => [
  ...uses.input,
  ...uses.skipIf,
  ...uses.fallback,
  ...demand.flatMap((gates) => [...gates.values()].flatMap(({ of }) => usesOf(of))),
];
