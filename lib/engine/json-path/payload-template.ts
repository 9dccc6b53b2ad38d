import { isObject, type Json, type JsonObject } from '../../runtime/json.ts';
import type { Environment } from '../jsonata/expression.ts';
import { kindOf } from '../section.ts';
import { escapePointer, type TemplateSite } from '../template.ts';
import { existing, notAPath, parseReferencePath } from './path.ts';

/** A payload template of JSONPath: a JSON value in which a key `name.$` holds a path. `input` is what `$` stands for. */
export type PayloadTemplate = (input: Json, environment: Environment) => Json;

/** Compiles a payload template, such as Parameters, ResultSelector, ItemSelector or Assign. */
export function compilePayloadTemplate(value: Json, site: TemplateSite): PayloadTemplate {
  if (Array.isArray(value)) {
    const items = value.map((item, index) =>
      compilePayloadTemplate(item, { ...site, pointer: `${site.pointer}/${index}` }),
    );
    return (input, environment) => items.map((item) => item(input, environment));
  }
  if (!isObject(value)) return () => value;
  const entries = Object.entries(value).map(([key, part]) => compileEntry(key, part, site));
  return (input, environment) => {
    const object: JsonObject = {};
    for (const [key, part] of entries) object[key] = part(input, environment);
    return object;
  };
}

function compileEntry(key: string, value: Json, site: TemplateSite): [string, PayloadTemplate] {
  const pointer = `${site.pointer}/${escapePointer(key)}`;
  if (!key.endsWith('.$')) return [key, compilePayloadTemplate(value, { ...site, pointer })];
  const path = typeof value === 'string' ? parseReferencePath(value) : undefined;
  if (path === undefined) {
    const found = typeof value === 'string' ? `'${value}'` : kindOf(value);
    site.problems.push({ pointer, message: notAPath(found) });
    return [key.slice(0, -2), () => null];
  }
  return [key.slice(0, -2), (input, environment) => existing(path, input, environment, key)];
}
