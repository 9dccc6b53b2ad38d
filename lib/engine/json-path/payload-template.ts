import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import type { TemplateSite } from '../definition/template.ts';
import type { Environment } from '../jsonata/expression.ts';
import { existing, notSupported, parseReferencePath } from './path.ts';

/** A payload template of JSONPath: a JSON value in which a key `name.$` holds a path. `input` is what `$` stands for. */
export type PayloadTemplate = (input: Json, environment: Environment) => Json;

/** Compiles a payload template, such as Parameters, ResultSelector, ItemSelector or Assign. */
export function compilePayloadTemplate(value: Json, site: TemplateSite): PayloadTemplate {
  if (Array.isArray(value)) {
    const items = value.map((item, index) => compilePayloadTemplate(item, { ...site, place: site.place.below(index) }));
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
  const place = site.place.below(key);
  if (!key.endsWith('.$')) return [key, compilePayloadTemplate(value, { ...site, place })];
  const path = typeof value === 'string' ? parseReferencePath(value) : undefined;
  if (path === undefined) {
    if (typeof value === 'string' && /^(?:\$|States\.)/.test(value)) notSupported(site.problems, place, value);
    else
      site.problems.add(
        place,
        `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`,
      );
    return [key.slice(0, -2), () => null];
  }
  return [key.slice(0, -2), (input, environment) => existing(path, input, environment, key)];
}
