import { structuredPatch } from 'diff';
import type { Json } from '../runtime/json.ts';
import type { Comparison } from './compare.ts';

const CONTEXT_LINES = 3;

/** The lines in which what was found differs from what was expected: `-` expected, `+` found, and a little around them. */
export function diffOf({ expected, found }: Pick<Comparison, 'expected' | 'found'>): string {
  const [before, after] = [spell(expected), spell(found ?? null)];
  const { hunks } = structuredPatch('expected', 'found', before, after, '', '', { context: CONTEXT_LINES });
  const lines = hunks.flatMap((hunk, index) => [...(index > 0 ? ['…'] : []), ...hunk.lines]);
  return ['- expected', '+ found', '', ...lines].join('\n');
}

const spell = (value: Json): string => `${JSON.stringify(value, null, 2)}\n`;
