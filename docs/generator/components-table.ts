import { isObject, type Json, type JsonObject } from '../../lib/protocol/json.ts';
import { describeComponents } from '../../lib/run/run-flow.ts';
import { table } from './markdown.ts';

/** The built-in components, with their descriptions and schemas. */
export async function componentsTable(): Promise<string> {
  const { components, diagnostics } = await describeComponents('.');
  const [first] = diagnostics;
  if (first) throw new Error(first.message);
  const rows = components
    .filter(({ builtin }) => builtin)
    .map(({ path, description, input, output }) => [
      `\`${path}\``,
      description,
      fields(input, 'input'),
      fields(output, 'output'),
    ]);
  return table(['component', 'does', 'input', 'result'], rows);
}

/** The fields of a schema; `?` marks the optional ones. */
function fields(schema: Json, side: 'input' | 'output'): string {
  if (!isObject(schema)) return 'anything';
  const { properties } = schema;
  if (!isObject(properties)) return shape(schema);
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(properties)
    .map(([name, property]) => {
      const optional = required.includes(name) ? '' : '?';
      return `\`${name}${optional}\`: ${shape(property)}${side === 'input' ? defaultOf(property) : ''}`;
    })
    .join('<br>');
}

const defaultOf = (schema: Json): string =>
  isObject(schema) && schema.default !== undefined ? ` = \`${JSON.stringify(schema.default)}\`` : '';

function shape(schema: Json): string {
  if (!isObject(schema)) return 'anything';
  const note = typeof schema.description === 'string' ? ` (${schema.description.replace(/\.$/, '')})` : '';
  return `${typeOf(schema)}${note}`;
}

function typeOf(schema: JsonObject): string {
  const { type, anyOf } = schema;
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => `\`${JSON.stringify(one)}\``).join(', ');
  if (type === 'array') return isObject(schema.items) && schema.items.type ? `list of ${typeOf(schema.items)}` : 'list';
  if (Array.isArray(anyOf))
    return [...new Set(anyOf.map((one) => (isObject(one) ? typeOf(one) : 'anything')))].join(' or ');
  return type === undefined ? 'anything' : [type].flat().join(' or ');
}
