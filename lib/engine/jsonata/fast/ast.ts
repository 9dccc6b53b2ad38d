/** A node of the package's syntax tree. */
export interface Ast {
  readonly type: string;
  readonly value: unknown;
  readonly [field: string]: unknown;
}

/** Whether `node` has no fields but these, apart from undefined ones: any other field would change its meaning. */
export const hasOnly = (node: Ast, ...fields: readonly string[]): boolean =>
  Object.keys(node).every(
    (key) => node[key] === undefined || key === 'type' || key === 'value' || key === 'position' || fields.includes(key),
  );

/** A field of a node that is a node itself. */
export function childOf(node: Ast, field: string): Ast | undefined {
  const child = node[field];
  return isAst(child) ? child : undefined;
}

/** A field of a node that is a list of nodes; undefined if it contains anything else. */
export function childrenOf(node: Ast, field: string): readonly Ast[] | undefined {
  const children = node[field];
  return Array.isArray(children) && children.every(isAst) ? children : undefined;
}

/** Whether a value of the tree is a node. */
export const isAst = (value: unknown): value is Ast =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
