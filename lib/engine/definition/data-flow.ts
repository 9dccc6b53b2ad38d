import type { Json, JsonObject } from '../../protocol/json.ts';
import type { Visit } from '../execution/visit.ts';
import { compileJsonPathFlow } from '../json-path/data-flow.ts';
import type { Section } from './section.ts';
import { compileTemplate, type MaybePromise, type Template } from './template.ts';

/** A state's output, and what it assigns. */
export interface StateOutput {
  readonly output: Json;
  readonly assigned?: JsonObject | undefined;
}

/** How data goes into a state, and out of it: the same for both query languages. */
export interface DataFlow {
  /** What the state works on: Arguments, or the state's input. */
  effectiveInput(visit: Visit): MaybePromise<Json>;
  /** The output and what is assigned, after the state's work gave `result`. */
  stateOutput(visit: Visit, result: Json): MaybePromise<StateOutput>;
}

/** Compiles Arguments, Output and Assign, or what JSONPath has in their pointer, of a state or of a Choice rule. */
export function compileDataFlow(section: Section): DataFlow {
  return section.language === 'JSONata' ? compileJsonataFlow(section) : compileJsonPathFlow(section);
}

function compileJsonataFlow(section: Section): DataFlow {
  const given = optional(section, 'Arguments');
  const output = optional(section, 'Output');
  const assign = section.has('Assign') && section.section('Assign') ? optional(section, 'Assign') : undefined;
  return {
    effectiveInput: (visit) => (given ? given.render(visit) : visit.input),
    stateOutput(visit, result) {
      const assigned = assign?.render(visit);
      const out = output ? output.render(visit) : result;
      // Assign is an object, so what it renders to is one.
      if (assigned instanceof Promise || out instanceof Promise) return settleLater(assigned, out);
      return { output: out, assigned: assigned as JsonObject | undefined };
    },
  };
}

async function settleLater(assigned: MaybePromise<Json> | undefined, output: MaybePromise<Json>): Promise<StateOutput> {
  // As above.
  const [variables, out] = await Promise.all([assigned, output]);
  return { output: out, assigned: variables as JsonObject | undefined };
}

const optional = (section: Section, key: string): Template | undefined => {
  const value = section.value[key];
  return value === undefined ? undefined : compileTemplate(value, section.templateContext(key));
};
