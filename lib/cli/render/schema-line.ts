import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';

/** A schema in one line: `user_id: string, limit?: integer` for an object, else its type. `?` marks an optional field. */
export function schemaLine(schema: Json): string {
  if (!isObject(schema) || !isObject(schema.properties)) return typeOf(schema);
  const required = Array.isArray(schema.required) ? schema.required : [];
  const fields = Object.entries(schema.properties).map(
    ([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${typeOf(field)}`,
  );
  return fields.length > 0 ? fields.join(', ') : typeOf({ type: 'object' });
}

function typeOf(schema: Json): string {
  if (!isObject(schema)) return 'anything';
  const { anyOf, type } = schema;
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map(typeOf))].join(' | ');
  if (type === 'array') return listOf(schema);
  return type === undefined ? 'anything' : [type].flat().join(' | ');
}

function listOf({ items }: JsonObject): string {
  const item = items === undefined ? 'anything' : typeOf(items);
  return item === 'anything' ? 'list' : `list of ${item}`;
}
