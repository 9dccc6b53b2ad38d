import type { Json, JsonObject } from '../../../protocol/json.ts';
import type { Section } from '../../definition/section.ts';
import type { MaybePromise } from '../../definition/template.ts';
import { compileValue } from '../../definition/value.ts';
import type { Visit } from '../../execution/visit.ts';
import type { Environment } from '../../jsonata/expression.ts';

/**
 * Makes the input of an iteration. `item`: `Map.Item` of the context object; `input`: the effective input.
 */
export type Selector = (visit: Visit, item: JsonObject, input: Json) => MaybePromise<Json>;

/** Compiles ItemSelector, or in JSONPath its older name Parameters; undefined if the state has neither. */
export function compileSelector(section: Section): Selector | undefined {
  const key = section.language === 'JSONPath' && !section.has('ItemSelector') ? 'Parameters' : 'ItemSelector';
  const render = compileValue(section, key);
  return render && ((visit, item, input) => render(withItem(visit, item), input));
}

/** The environment of ItemSelector: that of the Map state, with the item in the context object. */
function withItem(visit: Visit, item: JsonObject): Environment {
  const context = { ...visit.states.context, Map: { Item: item } };
  return {
    states: { ...visit.states, context },
    variable: (name) => visit.variable(name),
    clock: visit.clock,
    random: visit.random,
  };
}
