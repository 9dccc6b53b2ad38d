/** How deep AWS evaluates; a measured `1 + $f($x - 1)` gets to `$f(31)`. Source: floci-io/floci issue 2737. */
export const DEEPEST = 100;

/** Whether an expression, as the package parses it, may evaluate deeper than AWS does, without calling itself. */
export const mayBeTooDeep = (source: string, ast: unknown): boolean =>
  source.length > DEEPEST && isDeeper(ast, DEEPEST);

function isDeeper(node: unknown, levels: number): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const left = 'type' in node && typeof node.type === 'string' ? levels - 1 : levels;
  return left < 0 || Object.values(node).some((part) => isDeeper(part, left));
}
