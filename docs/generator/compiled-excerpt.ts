import { readFile } from 'node:fs/promises';
import type { State } from '../../lib/asl/state-machine.ts';
import { compile } from '../../lib/compiler/compile.ts';
import { fenced } from './markdown.ts';

const FLOW = 'workflows/user-insights.yaml';

/** What the README's example compiles to: its first step, and the Parallel after it with the first of its branches. */
export async function compiledExcerpt(): Promise<string> {
  const { stateMachine } = compile(await readFile(FLOW, 'utf8'), { file: FLOW });
  const states = Object.entries(stateMachine?.States ?? {});
  const shown = states.filter(([, { Type }]) => Type === 'Task' || Type === 'Parallel');
  const excerpt = Object.fromEntries(shown.map(([name, state]) => [name, shorten(state)]));
  const text = JSON.stringify(excerpt, (_, value) => (typeof value === 'string' ? cut(value) : value), 2);
  return [
    fenced('json', text.replaceAll(`"${ELLIPSIS}"`, '…')),
    'Left out are the Retry of each Task, the other branches, which differ in names only, and the rest of long expressions.',
  ].join('\n\n');
}

/** In place of what is left out. */
const ELLIPSIS = '(left out)';

/** The longest expression that is shown in full. */
const LONGEST = 120;

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 20)} … %}` : text);

function shorten(state: State): unknown {
  if (state.Type === 'Task') return { ...state, Retry: [ELLIPSIS] };
  if (state.Type !== 'Parallel') return state;
  const [first] = state.Branches;
  const states = Object.entries(first?.States ?? {}).map(([name, inner]) => [name, shorten(inner)]);
  return { ...state, Branches: [{ ...first, States: Object.fromEntries(states) }, ELLIPSIS] };
}
