import {
  type Expression,
  literal,
  type MapExpression,
  type ReadPath,
  type StepReference,
} from '../../flow/expression.ts';
import { parseSlotKey } from '../../protocol/invocation.ts';
import type { Json } from '../../protocol/json.ts';
import { joinPaths, type Path, resultAt, stagesOf } from '../../protocol/path.ts';

/**
 * What stands at a path of an expression's value, as an expression of its own: that of a result, of which any path is
 * null where the whole is. Undefined where no expression says exactly that.
 */
export function expressionAt(value: Expression, read: ReadPath): Expression | undefined {
  if (isWhole(read)) return value;
  switch (value.kind) {
    case 'literal':
      return partOfLiteral(value.secret === undefined ? resultAt(value.value, read.path) : undefined, value);
    case 'map':
      return partOfMap(value, read);
    case 'input':
      return { ...value, path: join(value.path, read) };
    case 'step':
      return partOfStep(value, read);
    default:
      return undefined;
  }
}

/** Whether a path is that of the whole value. */
export const isWhole = ({ text }: ReadPath): boolean => text === '$';

const partOfLiteral = (part: Json | undefined, { span }: Expression): Expression | undefined =>
  part === undefined ? undefined : literal(part, span);

function partOfMap(map: MapExpression, { text, path }: ReadPath): Expression | undefined {
  const { further, exact, segments } = path;
  const field = (key: unknown): Expression | undefined => map.entries.find((entry) => entry.key === key)?.value;
  const named = exact === undefined ? undefined : field(exact);
  const [first, ...rest] = segments;
  // A longer path goes on in a value that may be null, of which it then says something else than a result's path does.
  const part = named ?? (rest.length === 0 ? field(first) : undefined);
  if (!part || !further) return part;
  return expressionAt(part, { text: stagesOf(text).slice(1).reduce(joinPaths), path: further });
}

function partOfStep(reference: StepReference, read: ReadPath): StepReference | undefined {
  const { path, onSkip } = reference;
  if (parseSlotKey(path.text).stored) return undefined;
  const instead = onSkip === undefined ? undefined : resultAt(onSkip, read.path);
  if (onSkip !== undefined && instead === undefined) return undefined;
  const joined = isWhole(path) ? read : join(path, read);
  return { ...reference, path: joined, ...(instead !== undefined && { onSkip: instead }) };
}

/** The path that goes on in what another leads to. */
function join(first: ReadPath, second: ReadPath): ReadPath {
  const { span } = second;
  const path = append(first.path, second.path);
  return { text: joinPaths(first.text, second.text), path, ...(span && { span }) };
}

const append = (path: Path, further: Path): Path => ({
  ...path,
  further: path.further ? append(path.further, further) : further,
});
