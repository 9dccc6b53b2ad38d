import jsonata from 'jsonata';
import type { Compiled } from '../../../../lib/compiler/compile.ts';
import { heightOf } from '../../../../lib/compiler/emit/jsonata/height.ts';

/** How many levels deep an expression of ours may be; AWS evaluates 100. */
const MOST_LEVELS = 60;

/** Throws where an expression in the state machines of a flow is too deep. */
export function expectShallow(compiled: Pick<Compiled, 'stateMachine' | 'nestedMachines'>): void {
  const deep = expressionsIn(compiled).filter((text) => heightOf(text) > MOST_LEVELS);
  if (deep.length > 0) throw new Error(`These expressions are too deep:\n${deep.join('\n')}`);
}

/** The texts of the expressions in the state machines of a flow. */
export function expressionsIn({
  stateMachine,
  nestedMachines,
}: Pick<Compiled, 'stateMachine' | 'nestedMachines'>): readonly string[] {
  const found: string[] = [];
  JSON.stringify([stateMachine, nestedMachines], (_, value: unknown) => {
    if (typeof value === 'string' && value.startsWith('{%')) found.push(value.slice(2, -2).trim());
    return value;
  });
  return found;
}

/** How many levels of an expression the `jsonata` package evaluates within each other. */
export const levelsOf = (text: string): number => levelsIn(jsonata(text).ast());

function levelsIn(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 0;
  const inside = Math.max(0, ...Object.values(node).map(levelsIn));
  return 'type' in node && typeof node.type === 'string' ? inside + 1 : inside;
}
