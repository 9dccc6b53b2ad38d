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
 * The expression for a path of another expression's value, read like a path of a step's result: if the whole is null, so is
 * the path. Undefined where no expression is exactly equivalent.
 */
export function expressionAt(value: Expression, read: ReadPath): Expression | undefined {
  if (isWhole(read)) return value;
  switch (value.kind) {
    case 'literal':
      return literalAt(value.secret === undefined ? resultAt(value.value, read.path) : undefined, value);
    case 'map':
      return fieldAt(value, read);
    case 'input':
      return { ...value, path: join(value.path, read) };
    case 'step':
      return stepReferenceAt(value, read);
    default:
      return undefined;
  }
}

/** Whether a path stands for the whole value. */
export const isWhole = ({ text }: ReadPath): boolean => text === '$';

const literalAt = (part: Json | undefined, { span }: Expression): Expression | undefined =>
  part === undefined ? undefined : literal(part, span);

function fieldAt(map: MapExpression, { text, path }: ReadPath): Expression | undefined {
  const { further, exact, segments } = path;
  const field = (key: unknown): Expression | undefined => map.entries.find((entry) => entry.key === key)?.value;
  const named = exact === undefined ? undefined : field(exact);
  const [first, ...rest] = segments;
  // A longer path continues in a value that may be null: there, a path of a result and a path of the part differ.
  const part = named ?? (rest.length === 0 ? field(first) : undefined);
  if (!part || !further) return part;
  return expressionAt(part, { text: stagesOf(text).slice(1).reduce(joinPaths), path: further });
}

function stepReferenceAt(reference: StepReference, read: ReadPath): StepReference | undefined {
  const { path, onSkip } = reference;
  if (parseSlotKey(path.text).stored) return undefined;
  const replacement = onSkip === undefined ? undefined : resultAt(onSkip, read.path);
  if (onSkip !== undefined && replacement === undefined) return undefined;
  const joined = isWhole(path) ? read : join(path, read);
  return { ...reference, path: joined, ...(replacement !== undefined && { onSkip: replacement }) };
}

/** The second path, applied to what the first leads to. */
function join(first: ReadPath, second: ReadPath): ReadPath {
  const { span } = second;
  const path = append(first.path, second.path);
  return { text: joinPaths(first.text, second.text), path, ...(span && { span }) };
}

const append = (path: Path, further: Path): Path => ({
  ...path,
  further: path.further ? append(path.further, further) : further,
});
