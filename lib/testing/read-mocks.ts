import type { z } from 'zod';
import type { Reporter } from '../diagnostics/diagnostics.ts';
import { type Behaviour, behaviourSchema, failureSchema, wordings } from '../flow/schema/mock-behaviour.ts';
import { Fields } from '../flow/text/fields.ts';
import { describe, type MapTree, type Tree, toJson } from '../flow/text/tree.ts';
import type { Json, JsonObject } from '../protocol/json.ts';

/** What a case's mock does: one behaviour, or a list, of which the first that fits answers. */
export function readBehaviours(tree: Tree, what: string, reporter: Reporter): readonly Behaviour[] {
  if (tree.kind === 'list') return tree.items.flatMap((item) => readBehaviour(item, what, reporter));
  return readBehaviour(tree, what, reporter);
}

/**
 * What a mock component of Stepflow's configuration does: behaviours by the input that each answers, or a list. A map
 * has no order: of two inputs that both fit, the one that says more is the better fit.
 */
export function readBehavioursByInput(tree: Tree, what: string, reporter: Reporter): readonly Behaviour[] {
  if (tree.kind !== 'map') return readBehaviours(tree, what, reporter);
  return [...tree.entries]
    .sort(([one], [other]) => other.length - one.length)
    .flatMap(([key, { value }]) =>
      readBehaviour(value, what, reporter).map((behaviour) => ({ ...behaviour, input: inputOf(key) })),
    );
}

/** A key is the input's JSON; a key that is not JSON is a string. */
function inputOf(key: string): Json {
  try {
    return JSON.parse(key);
  } catch {
    return key;
  }
}

/** A list of one behaviour; empty where there is something wrong with it, which is then reported. */
function readBehaviour(tree: Tree, what: string, reporter: Reporter): readonly Behaviour[] {
  if (tree.kind !== 'map') {
    const example = 'a map such as { outcome: success, result: … }';
    reporter.report('wrong-type', { what, found: describe(tree), wanted: example }, tree.span);
    return [];
  }
  const own = partOf(tree, behaviourSchema, what, reporter);
  const error = own.fields.tree('error');
  const inner = error?.kind === 'map' ? partOf(error, failureSchema, `the error of ${what}`, reporter) : own;
  const parsed = behaviourSchema.safeParse({ ...valuesOf(own), ...(inner !== own && { error: valuesOf(inner) }) });
  if (parsed.success) return [parsed.data];
  for (const { path } of parsed.error.issues) reportWrongField(path.length > 1 ? inner : own, String(path.at(-1)));
  return [];
}

/** A map of the text, and the schemas of its keys. */
interface Part {
  readonly fields: Fields;
  readonly shape: { readonly [key: string]: z.ZodType };
}

const partOf = (map: MapTree, { shape }: Pick<z.ZodObject, 'shape'>, where: string, reporter: Reporter): Part => ({
  fields: new Fields(map, where, Object.keys(shape), reporter),
  shape,
});

/** The values that are given. Null counts as absent, except where it is a value itself, as in an input. */
function valuesOf({ fields, shape }: Part): JsonObject {
  const values = Object.entries(shape).map(([key, schema]) => {
    const isNullable = schema.safeParse(null).success;
    return [key, isNullable ? treeAt(fields, key) : fields.json(key)] as const;
  });
  return Object.fromEntries(values.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

function treeAt(fields: Fields, key: string): Json | undefined {
  const tree = fields.tree(key);
  return tree && toJson(tree);
}

function reportWrongField({ fields, shape }: Part, key: string): void {
  const schema = shape[key];
  fields.wrong(key, (schema && wordings.get(schema)?.wanted) ?? 'JSON');
}
