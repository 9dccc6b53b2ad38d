import type { Expression } from '../../flow/expression.ts';
import { parsePath } from '../../protocol/path.ts';
import { inputField } from '../analyse/builtins.ts';
import { isCallOf, isCovered, type Scope } from './scope.ts';

/** The fields of built-in components that hold paths. */
const PATHS: readonly (readonly [component: string, field: string])[] = [
  ['extract', 'path'],
  ['extract_multiple', 'fields'],
];

/** Reports each path in the input of a built-in component that is written in the flow, and is none. */
export function checkWrittenPaths(scope: Scope): void {
  for (const step of scope.flow.steps) {
    const [, field] = PATHS.find(([name]) => isCallOf(step, name, scope)) ?? [];
    const written = field === undefined ? undefined : inputField(step, field);
    for (const { value, span } of written ? constantsIn(written) : []) {
      const path = typeof value === 'string' ? parsePath(value) : undefined;
      if (path && 'error' in path)
        scope.report(
          'bad-path',
          { path: String(value).trim(), problem: path.error },
          span,
          isCovered(step) ? 'warning' : undefined,
        );
    }
  }
}

/** The constants that are an expression, or the items of the list that it is. */
function constantsIn(written: Expression) {
  if (written.kind === 'list') return written.items.flatMap((item) => (item.kind === 'literal' ? [item] : []));
  if (written.kind !== 'literal') return [];
  const { value, span, tree } = written;
  return Array.isArray(value) ? value.map((one) => ({ value: one, span: tree?.span ?? span })) : [{ value, span }];
}
