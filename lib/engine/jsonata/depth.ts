import { QUOTAS } from '../../protocol/quotas.ts';

/** How deep AWS evaluates. */
export const DEEPEST = QUOTAS.expressionDepth;

/** Whether an expression, as the package parses it, may evaluate deeper than AWS does, without calling itself. */
export const mayBeTooDeep = (source: string, ast: unknown): boolean =>
  source.length > DEEPEST && isDeeper(ast, DEEPEST);

function isDeeper(node: unknown, levels: number): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const left = 'type' in node && typeof node.type === 'string' ? levels - 1 : levels;
  return left < 0 || Object.values(node).some((part) => isDeeper(part, left));
}
