import type { Json } from '../../lib/protocol/json.ts';
import type { Draft } from './draft.ts';

/** What a flow's text may have: JSON, and maps with a reference as their key, as in the guide's dialect. */
export type Written = Json | readonly Written[] | { readonly [key: string]: Written } | Map<Written, Written>;

/** What a draft may refer to: the ids of the steps before it, and whether defaults may read steps. */
export interface Before {
  readonly ids: readonly string[];
  readonly stepsInDefaults: boolean;
}

/** A draft as written in a flow. A reference to a step becomes the flow's input if no step comes before. */
export function write(draft: Draft, before: Before): Written {
  const inside = (part: Draft): Written => write(part, before);
  switch (draft.kind) {
    case 'value':
      return draft.literal ? { $literal: draft.value } : draft.value;
    case 'input':
      return writeInput(draft);
    case 'step':
      return writeStep(draft, before);
    case 'variable':
      return writeVariable(draft, before);
    case 'map':
      return Object.fromEntries(Object.entries(draft.entries).map(([key, value]) => [key, inside(value)]));
    case 'list':
      return draft.items.map(inside);
    case 'coalesce':
      return { $coalesce: draft.items.map(inside) };
    case 'operation': {
      const [only = null] = draft.operands.map(inside);
      const isOne = draft.operator === '$length' || draft.operator === '$not';
      return { [draft.operator]: isOne ? only : draft.operands.map(inside) };
    }
    case 'if': {
      const names = ['$if', 'then', 'else'];
      return Object.fromEntries(draft.parts.map((part, at) => [names[at] ?? '', inside(part)]));
    }
  }
}

function writeInput({ path, dialect }: Extract<Draft, { kind: 'input' }>): Written {
  if (dialect === 'current') return { $input: path ?? '$' };
  if (dialect === '2025') return { $from: { workflow: 'input' }, ...(path !== undefined && { path }) };
  return new Map<Written, Written>([
    [{ $input: null }, null],
    ...(path === undefined ? [] : [['path', path] as const]),
  ]);
}

function writeStep(draft: Extract<Draft, { kind: 'step' }>, { ids }: Before): Written {
  const { pick, path, dialect, onSkip } = draft;
  const id = ids[pick % ids.length];
  if (id === undefined) return writeInput({ ...draft, kind: 'input' });
  const more = {
    ...(path !== undefined && { path }),
    ...(onSkip && { onSkip: { action: 'useDefault', ...onSkip } }),
  };
  if (dialect === 'current') return { $step: id, ...more };
  if (dialect === '2025') return { $from: { step: id }, ...more };
  return new Map<Written, Written>([[{ $step: id }, null], ...Object.entries(more)]);
}

function writeVariable({ name, from, fallback }: Extract<Draft, { kind: 'variable' }>, before: Before): Written {
  const within = { ...before, ids: before.stepsInDefaults ? before.ids : [] };
  const more = fallback ? { default: write(fallback, within) } : {};
  const simple = /^\w+$/.test(name);
  if (!from || !simple) return { $variable: name, ...more };
  // The default of `$from` stands in it or beside it.
  return name === 'own' ? { $from: { variable: name, ...more } } : { $from: { variable: name }, path: 'a', ...more };
}
