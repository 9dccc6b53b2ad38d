import type { Json } from '../runtime/json.ts';
import { FieldError } from './failures.ts';
import { compileField } from './field.ts';
import { compileReference, existing } from './json-path/path.ts';
import { compilePayloadTemplate } from './json-path/payload-template.ts';
import type { Environment } from './jsonata/expression.ts';
import type { Section } from './section.ts';
import { compileTemplate, type Soon } from './template.ts';
import type { Visit } from './visit.ts';

/** The items of a Map, and the input of the iteration for each. */
export interface Items {
  readonly list: readonly Json[];
  readonly inputOf: (index: number) => Soon<Json>;
}

/** Compiles Items (or ItemsPath) and ItemSelector. */
export function compileItems(section: Section): (visit: Visit, input: Json) => Promise<Items> {
  const listOf = section.language === 'JSONata' ? compileQueryItems(section) : compilePathItems(section);
  const selector = compileSelector(section);
  return async (visit, input) => {
    const list = await listOf(visit, input);
    const inputOf = (index: number): Soon<Json> => {
      const item = list[index] ?? null;
      return selector ? selector(withItem(visit, index, item), input) : item;
    };
    return { list, inputOf };
  };
}

type ListOf = (visit: Visit, input: Json) => Soon<readonly Json[]>;

function compileQueryItems(section: Section): ListOf {
  const items = compileField(section, 'Items', 'array');
  if (items) return (visit) => items.evaluate(visit);
  return (_, input) => {
    if (Array.isArray(input)) return input;
    throw new FieldError(
      'States.QueryEvaluationError',
      `Map state input must be an array but was: ${JSON.stringify(input)}`,
    );
  };
}

function compilePathItems(section: Section): ListOf {
  const path = section.has('ItemsPath') ? compileReference(section, 'ItemsPath') : undefined;
  return (visit, input) => {
    const items = path === undefined ? input : existing(path, input, visit, 'ItemsPath');
    if (Array.isArray(items)) return items;
    throw new FieldError('States.Runtime', `Reference path "${path?.text ?? '$'}" must point to array.`);
  };
}

type Selector = (environment: Environment, input: Json) => Soon<Json>;

function compileSelector(section: Section): Selector | undefined {
  const key = section.language === 'JSONPath' && !section.has('ItemSelector') ? 'Parameters' : 'ItemSelector';
  const value = section.value[key];
  if (value === undefined) return undefined;
  if (section.language === 'JSONata') {
    const template = compileTemplate(value, section.site(key));
    return (environment) => template.render(environment);
  }
  const template = compilePayloadTemplate(value, section.site(key));
  return (environment, input) => template(input, environment);
}

/** What ItemSelector sees: the Map state's own `$states`, with the item in the context object. */
function withItem(visit: Visit, index: number, value: Json): Environment {
  const context = { ...visit.states.context, Map: { Item: { Index: index, Value: value } } };
  return {
    states: { ...visit.states, context },
    variable: (name) => visit.variable(name),
    clock: visit.clock,
    random: visit.random,
  };
}
