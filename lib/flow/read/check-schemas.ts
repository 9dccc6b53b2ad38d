import type { Reporter } from '../../diagnostics/diagnostics.ts';
import type { Fields } from '../text/fields.ts';
import type { MapTree, Tree } from '../text/tree.ts';
import { checkSchema } from './check-schema.ts';

/** Checks the schemas of a flow, or of a step, that stand under these keys. `of`: the step, for messages. */
export function checkSchemas(fields: Fields, keys: readonly string[], reporter: Reporter, of = ''): void {
  for (const key of keys) {
    const schema = given(fields, key);
    if (!schema) continue;
    checkSchema(schema, `the ${key}${of}`, reporter);
    if (key === 'variablesSchema') checkSecrets(schema, reporter);
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
    if (name === 'variables') checkSecrets(value, reporter);
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

/** Keywords whose value is no schema. */
const VALUES: ReadonlySet<string> = new Set(['default', 'const', 'enum', 'example', 'examples']);

/** Reports each `is_secret` of a schema of variables that is not that of a whole variable: it would hide nothing. */
function checkSecrets(schema: Tree, reporter: Reporter): void {
  const variables = new Set([...(entriesAt(schema, 'properties') ?? [])].map(([, { value }]) => value));
  const visit = (tree: Tree, path: string, isSchema = true): void => {
    if (tree.kind === 'list') for (const [at, item] of tree.items.entries()) visit(item, `${path}[${at}]`);
    for (const [key, { key: place, value }] of entriesOf(tree) ?? []) {
      const isSecret = isSchema && key === 'is_secret' && value.kind === 'scalar' && value.value === true;
      if (isSecret && !variables.has(tree))
        reporter.report('nested-secret', { where: path === '' ? 'its top' : `"${path}"` }, place);
      // The keys of such a map are names.
      if (!isSchema || !VALUES.has(key))
        visit(value, path === '' ? key : `${path}.${key}`, !isSchema || !NAMED.has(key));
    }
  };
  visit(schema, '');
}

/** Keywords whose value is a map of schemas by name. */
const NAMED: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
]);
