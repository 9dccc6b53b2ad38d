import type { Json } from '../../protocol/json.ts';
import { compilePayloadTemplate } from '../json-path/payload-template.ts';
import type { Environment } from '../jsonata/expression.ts';
import type { Section } from './section.ts';
import { compileTemplate, type MaybePromise } from './template.ts';

/** A value with expressions or, in JSONPath, paths in it. `input`: the value of `$` in JSONPath. */
export type Value = (environment: Environment, input: Json) => MaybePromise<Json>;

/** Compiles the value in a field; undefined if it is absent. */
export function compileValue(section: Section, key: string): Value | undefined {
  const value = section.value[key];
  if (value === undefined) return undefined;
  if (section.language === 'JSONata') {
    const template = compileTemplate(value, section.templateContext(key));
    return (environment) => template.render(environment);
  }
  const template = compilePayloadTemplate(value, section.templateContext(key));
  return (environment, input) => template(input, environment);
}
