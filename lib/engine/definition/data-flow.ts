import type { Json, JsonObject } from '../../protocol/json.ts';
import type { Visit } from '../execution/visit.ts';
import { compileJsonPathFlow } from '../json-path/data-flow.ts';
import type { Section } from './section.ts';
import { compileTemplate, type MaybePromise, type Template } from './template.ts';

/** A state's output, and the variables that it assigns. */
export interface StateOutput {
  readonly output: Json;
  readonly assigned?: JsonObject | undefined;
}

/** How data flows into a state and out of it, in either query language. */
export interface DataFlow {
  /** The input that InputPath selects in JSONPath, which paths in other fields of the state start from. */
  selectedInput(visit: Visit): Json;
  /** The effective input: Arguments or, in JSONPath, Parameters; the state's input if it has neither. */
  effectiveInput(visit: Visit): MaybePromise<Json>;
  /** Evaluates Output and Assign with the state's `result`, which is the output if the state has no Output. */
  stateOutput(visit: Visit, result: Json): MaybePromise<StateOutput>;
  /** The data flow of a Choice that leaves by a rule: the rule's Assign takes the place of the state's own and, in JSONata, the rule's Output too. */
  forRule(rule: Section): DataFlow;
}

/** Compiles Arguments, Output and Assign, or their counterparts in JSONPath, of a state or a catcher. */
export function compileDataFlow(section: Section): DataFlow {
  return section.language === 'JSONata' ? compileJsonataFlow(section) : compileJsonPathFlow(section);
}

function compileJsonataFlow(section: Section): DataFlow {
  const args = optional(section, 'Arguments');
  const output = optional(section, 'Output');
  const assign = section.has('Assign') && section.section('Assign') ? optional(section, 'Assign') : undefined;
  return {
    selectedInput: (visit) => visit.input,
    effectiveInput: (visit) => (args ? args.render(visit) : visit.input),
    stateOutput(visit, result) {
      const assigned = assign?.render(visit);
      const rendered = output ? output.render(visit) : result;
      // Assign is an object, so it renders to an object.
      if (assigned instanceof Promise || rendered instanceof Promise) return awaitStateOutput(assigned, rendered);
      return { output: rendered, assigned: assigned as JsonObject | undefined };
    },
    forRule: compileJsonataFlow,
  };
}

async function awaitStateOutput(
  assigned: MaybePromise<Json> | undefined,
  output: MaybePromise<Json>,
): Promise<StateOutput> {
  // As above.
  const [variables, rendered] = await Promise.all([assigned, output]);
  return { output: rendered, assigned: variables as JsonObject | undefined };
}

const optional = (section: Section, key: string): Template | undefined => {
  const value = section.value[key];
  return value === undefined ? undefined : compileTemplate(value, section.templateContext(key));
};
