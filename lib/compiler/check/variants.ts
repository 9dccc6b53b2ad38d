import { schemaVariants } from './schema-variants.ts';
import type { Type } from './type.ts';
import { arrayVariant, constantVariant, objectVariant, type Variant } from './variant.ts';

/** A type with more variants than this is treated as one that allows anything. */
const MAX_VARIANTS = 1000;

/** Types share the types of earlier steps: without this cache, each step that reads one would double the work. */
const cache = new WeakMap<Type, readonly Variant[]>();

/** All variants that a type allows; none for a type without values. */
export function variantsOf(type: Type): readonly Variant[] {
  const cached = cache.get(type);
  if (cached) return cached;
  const found = computeVariants(type);
  const variants = found.length > MAX_VARIANTS ? schemaVariants(true, true) : found;
  cache.set(type, variants);
  return variants;
}

function computeVariants(type: Type): readonly Variant[] {
  switch (type.kind) {
    case 'schema':
      return schemaVariants(type.schema, type.root);
    case 'constant':
      return [constantVariant(type.value)];
    case 'union':
      return type.of.flatMap(variantsOf);
    case 'non-null':
      return variantsOf(type.of).filter(({ kind }) => kind !== 'null');
    case 'object':
      return [objectVariant(type)];
    case 'array':
      return [arrayVariant(type)];
  }
}
