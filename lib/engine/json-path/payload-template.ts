import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import type { TemplateContext } from '../definition/template.ts';
import type { Environment } from '../jsonata/expression.ts';
import { parseReferencePath, reportUnsupported, requireValue } from './path.ts';

/** A payload template of JSONPath: a JSON value in which a key `name.$` holds a path. `input`: the value of `$`. */
export type PayloadTemplate = (input: Json, environment: Environment) => Json;

/** Compiles a payload template, such as Parameters, ResultSelector, ItemSelector or Assign. */
export function compilePayloadTemplate(value: Json, context: TemplateContext): PayloadTemplate {
  if (Array.isArray(value)) {
    const items = value.map((item, index) =>
      compilePayloadTemplate(item, { ...context, pointer: context.pointer.below(index) }),
    );
    return (input, environment) => items.map((item) => item(input, environment));
  }
  if (!isObject(value)) return () => value;
  const entries = Object.entries(value).map(([key, part]) => compileEntry(key, part, context));
  return (input, environment) => {
    const object: JsonObject = {};
    for (const [key, part] of entries) object[key] = part(input, environment);
    return object;
  };
}

function compileEntry(key: string, value: Json, context: TemplateContext): [string, PayloadTemplate] {
  const pointer = context.pointer.below(key);
  if (!key.endsWith('.$')) return [key, compilePayloadTemplate(value, { ...context, pointer })];
  const path = typeof value === 'string' ? parseReferencePath(value) : undefined;
  if (path === undefined) {
    if (typeof value === 'string' && /^(?:\$|States\.)/.test(value))
      reportUnsupported(context.problems, pointer, value);
    else
      context.problems.add(
        pointer,
        `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`,
      );
    return [key.slice(0, -2), () => null];
  }
  return [key.slice(0, -2), (input, environment) => requireValue(path, input, environment, key)];
}
