import { isObject, type Json } from '../../protocol/json.ts';
import type { TemplateContext } from '../definition/template.ts';
import { compilePathValue, type PathValue } from './path-value.ts';

/** Compiles a payload template of JSONPath, such as Parameters or Assign: a JSON value in which a key `name.$` holds a path or a call. */
export function compilePayloadTemplate(value: Json, context: TemplateContext): PathValue {
  if (Array.isArray(value)) {
    const items = value.map((item, index) =>
      compilePayloadTemplate(item, { ...context, pointer: context.pointer.below(index) }),
    );
    return (input, environment) => items.map((item) => item(input, environment));
  }
  if (!isObject(value)) return () => value;
  const entries = Object.entries(value).map(([key, part]) => compileEntry(key, part, context));
  // Not by assignments: one to `__proto__` would change the prototype.
  return (input, environment) => Object.fromEntries(entries.map(([key, part]) => [key, part(input, environment)]));
}

function compileEntry(key: string, value: Json, context: TemplateContext): [string, PathValue] {
  const inner = { ...context, pointer: context.pointer.below(key) };
  if (!key.endsWith('.$')) return [key, compilePayloadTemplate(value, inner)];
  return [key.slice(0, -2), compilePathValue(value, key, inner) ?? (() => null)];
}
