import { isObject, type Json, type JsonObject } from '../../lib/protocol/json.ts';
import { describeComponents } from '../../lib/run/run-flow.ts';
import { table } from './markdown.ts';

/** The built-in components, from what each says of itself. */
export async function componentsTable(): Promise<string> {
  const { components, diagnostics } = await describeComponents('.');
  const [fault] = diagnostics;
  if (fault) throw new Error(fault.message);
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

/** What a schema lists, a field after another; `?` marks those that may be left out. */
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
  return `${kindOf(schema)}${note}`;
}

function kindOf(schema: JsonObject): string {
  const { type, anyOf } = schema;
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => `\`${JSON.stringify(one)}\``).join(', ');
  if (type === 'array') return isObject(schema.items) && schema.items.type ? `list of ${kindOf(schema.items)}` : 'list';
  if (Array.isArray(anyOf))
    return [...new Set(anyOf.map((one) => (isObject(one) ? kindOf(one) : 'anything')))].join(' or ');
  return type === undefined ? 'anything' : [type].flat().join(' or ');
}
