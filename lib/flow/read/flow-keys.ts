import { plainKey } from '../text/fields.ts';
import { nearest } from '../text/nearest.ts';
import type { MapTree, Tree } from '../text/tree.ts';
import { FLOW_HINTS } from './foreign-keys.ts';

/** The keys of a flow; snake_case spellings are read too. */
export const FLOW_KEYS = [
  'schema',
  'name',
  'description',
  'version',
  'steps',
  'output',
  'evaluation',
  'timeout',
  'test',
  'examples',
  'metadata',
  'variables',
  'inputSchema',
  'outputSchema',
  'variablesSchema',
  'schemas',
] as const;

/** The keys that tell a flow from any other data: those that describe one are in much else. */
const TELLING_KEYS: readonly string[] = [
  'steps',
  'output',
  'evaluation',
  'variables',
  'inputSchema',
  'outputSchema',
  'variablesSchema',
] satisfies readonly (typeof FLOW_KEYS)[number][];

/** Whether a value is meant as a flow, also as one with a misspelt key or with a key of another tool. */
export function isMeantAsFlow(tree: Tree): boolean {
  if (tree.kind === 'map') return [...tree.entries.keys()].some(tellsFlow);
  return tree.kind === 'list' && tree.items.some(isStep);
}

function tellsFlow(key: string): boolean {
  const plain = plainKey(key);
  const meant = FLOW_HINTS.get(plain)?.key ?? nearest(plain, TELLING_KEYS);
  return meant !== undefined && TELLING_KEYS.includes(meant);
}

const isStep = (tree: Tree): boolean => tree.kind === 'map' && hasOneOf(tree, ['component', 'id']);

const hasOneOf = ({ entries }: MapTree, keys: readonly string[]): boolean => keys.some((key) => entries.has(key));
