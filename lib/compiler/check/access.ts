import type { Path, Segment } from '../../protocol/path.ts';
import { ANY, constantType, nonNull, type Type, unionType } from './type.ts';
import type { Field, Presence, Variant } from './variant.ts';
import { variantsOf } from './variants.ts';

/** What a path of a type leads to. */
export interface Access extends Field {
  /** Where `presence` is `never` or `unlisted`: the segment at fault. */
  readonly fault?: Fault;
}

/** The segment of a path that does not exist, or that no schema lists. */
export interface Fault {
  /** The segments before it. */
  readonly at: readonly Segment[];
  readonly segment: Segment;
  /** The variants of the value before it, none of which has the segment. */
  readonly of: readonly Variant[];
}

/**
 * What `path` leads to in a value of this type. `result`: the value is the result of a step; if that is null, so is any
 * path of it.
 */
export function accessAt(type: Type, path: Path, { result }: { readonly result: boolean }): Access {
  const variants = result && path.segments.length > 0 ? variantsOf(type) : [];
  if (!variants.some(({ kind }) => kind === 'null')) return followed(type, path);
  const otherwise = variants.some(({ kind }) => kind !== 'null') ? [followed(nonNull(type), path)] : [];
  return combine([{ presence: 'always', type: constantType(null) }, ...otherwise]);
}

function followed(type: Type, { exact, segments: written }: Path): Access {
  const named = exact !== undefined && variantsOf(type).some(({ fields }) => fields?.names.includes(exact));
  const segments = named ? [exact] : written;
  let here: Field = { presence: 'always', type };
  for (const [depth, segment] of segments.entries()) {
    const variants = variantsOf(here.type);
    const found = combine(variants.map((variant) => memberOf(variant, segment)));
    if (found.presence === 'never' || found.presence === 'unlisted') {
      return { ...found, fault: { at: segments.slice(0, depth), segment, of: variants } };
    }
    here = { ...found, presence: here.presence === 'always' ? found.presence : 'maybe' };
  }
  return here;
}

const NEVER: Field = { presence: 'never', type: ANY };

function memberOf({ fields, items }: Variant, segment: Segment): Field {
  if (typeof segment === 'string') return fields?.get(segment) ?? NEVER;
  const item = items && segment < items.most ? items.get(segment) : undefined;
  return item && items ? { presence: segment < items.least ? 'always' : 'maybe', type: item } : NEVER;
}

/** The field of a value that is one of several variants. */
function combine(fields: readonly Field[]): Field {
  const there = fields.filter(({ presence }) => presence !== 'never');
  if (fields.length === 0) return { presence: 'maybe', type: ANY };
  if (there.length === 0) return NEVER;
  return { presence: commonPresence(fields, there), type: unionType(there.map(({ type }) => type)) };
}

function commonPresence(all: readonly Field[], there: readonly Field[]): Presence {
  if (there.every(({ presence }) => presence === 'unlisted')) return 'unlisted';
  return all.every(({ presence }) => presence === 'always') ? 'always' : 'maybe';
}
