import { basename } from 'node:path';
import { Reporter } from '../diagnostics/diagnostics.ts';
import { readTree } from '../flow/text/read-tree.ts';

/** Whether a text is meant as a flow. Beside flows there are also files that they read; a text that cannot be read may be one. */
export function isFlowText(source: string): boolean {
  const tree = readTree(source, new Reporter(''));
  if (tree === undefined) return true;
  if (tree.kind === 'map') return tree.entries.has('steps') || tree.entries.has('output');
  return tree.kind === 'list' && tree.items.some((item) => item.kind === 'map' && item.entries.has('component'));
}

/**
 * Whether a file of a folder of flows, named as one, is a flow. `name`: its path in the folder; subfolders also have files that
 * flows read.
 */
export const isFlowIn = (name: string, text: () => string): boolean => name === basename(name) || isFlowText(text());
