import type { Reporter } from '../../diagnostics/diagnostics.ts';
import type { Fields } from '../text/fields.ts';
import type { MapTree, Tree } from '../text/tree.ts';
import { checkSchema } from './check-schema.ts';

/** Checks the schemas of a flow, or of a step, that stand under these keys. `of`: the step, for messages. */
export function checkSchemas(fields: Fields, keys: readonly string[], reporter: Reporter, of = ''): void {
  for (const key of keys) {
    const schema = given(fields, key);
    if (schema) checkSchema(schema, `the ${key}${of}`, reporter);
  }
}

/** Checks `schemas`, a schema of all parts of a flow. Its references point into it, or into the part that has them. */
export function checkSchemaOfParts(fields: Fields, reporter: Reporter): void {
  const whole = given(fields, 'schemas');
  const parts = whole && entriesAt(whole, 'properties');
  if (!whole || !parts) {
    if (whole) checkSchema(whole, 'the schemas', reporter);
    return;
  }
  checkSchema(without(whole, 'properties'), 'the schemas', reporter, [whole]);
  for (const [name, { value }] of parts) {
    // By the ids of the steps, or one schema that has them as properties.
    const steps = name === 'steps' ? (entriesAt(value, 'properties') ?? entriesOf(value)) : undefined;
    const schemas = steps
      ? [...steps].map(([id, entry]) => [`the schema of "${id}"`, entry.value] as const)
      : [[`the ${name} schema`, value] as const];
    for (const [named, schema] of schemas) if (!isNull(schema)) checkSchema(schema, named, reporter, [schema, whole]);
  }
}

const entriesOf = (tree: Tree): MapTree['entries'] | undefined => (tree.kind === 'map' ? tree.entries : undefined);

const entriesAt = (tree: Tree, key: string): MapTree['entries'] | undefined => {
  const value = entriesOf(tree)?.get(key)?.value;
  return value && entriesOf(value);
};

const without = (tree: Tree, key: string): Tree =>
  tree.kind === 'map' ? { ...tree, entries: new Map([...tree.entries].filter(([name]) => name !== key)) } : tree;

const isNull = (tree: Tree): boolean => tree.kind === 'scalar' && tree.value === null;

function given(fields: Fields, key: string): Tree | undefined {
  const tree = fields.tree(key);
  return tree && isNull(tree) ? undefined : tree;
}
