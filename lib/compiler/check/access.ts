import type { Path, Segment } from '../../protocol/path.ts';
import { ANY, constantType, either, type Type } from './type.ts';
import { type Field, type Presence, type Variant, variantsOf } from './variants.ts';

/** What stands at a path of a type. */
export interface Access extends Field {
  /** Where `presence` is `never` or `unlisted`: the segments up to the one that is at fault, and what it is one of. */
  readonly fault?: Fault;
}

/** The segment of a path that is not there. */
export interface Fault {
  /** The segments before it. */
  readonly at: readonly Segment[];
  readonly segment: Segment;
  readonly of: readonly Variant[];
}

/**
 * What stands at `path` of a value of this type. `result`: the value is a step's result, of which any path is null where
 * the whole is null.
 */
export function accessAt(type: Type, path: Path, { result }: { readonly result: boolean }): Access {
  const { exact } = path;
  const named = exact !== undefined && variantsOf(type).some(({ fields }) => fields?.names.includes(exact));
  const segments = named ? [exact] : path.segments;
  let here: Field = { presence: 'always', type };
  for (const [depth, segment] of segments.entries()) {
    const variants = variantsOf(here.type);
    const found = combine(variants.map((variant) => memberOf(variant, segment, result && depth === 0)));
    if (found.presence === 'never' || found.presence === 'unlisted') {
      return { ...found, fault: { at: segments.slice(0, depth), segment, of: variants } };
    }
    here = { ...found, presence: here.presence === 'always' ? found.presence : 'maybe' };
  }
  return here;
}

const NEVER: Field = { presence: 'never', type: ANY };

function memberOf({ kind, fields, items }: Variant, segment: Segment, nullIsNull: boolean): Field {
  if (kind === 'null' && nullIsNull) return { presence: 'always', type: constantType(null) };
  if (typeof segment === 'string') return fields?.get(segment) ?? NEVER;
  const item = items && segment < items.most ? items.get(segment) : undefined;
  return item && items ? { presence: segment < items.least ? 'always' : 'maybe', type: item } : NEVER;
}

/** What holds where a value has one of several forms. */
function combine(fields: readonly Field[]): Field {
  const there = fields.filter(({ presence }) => presence !== 'never');
  if (fields.length === 0) return { presence: 'maybe', type: ANY };
  if (there.length === 0) return NEVER;
  return { presence: commonPresence(fields, there), type: either(there.map(({ type }) => type)) };
}

function commonPresence(all: readonly Field[], there: readonly Field[]): Presence {
  if (there.every(({ presence }) => presence === 'unlisted')) return 'unlisted';
  return all.every(({ presence }) => presence === 'always') ? 'always' : 'maybe';
}
