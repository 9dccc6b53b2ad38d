import { expressionsIn, readsOf } from './expressions.ts';
import { namedStatesIn, ownFields, type Problem, type Rule } from './problem.ts';

const RESULT = new Set(['Task', 'Parallel', 'Map']);
const AFTER = ['Output', 'Assign'];

/**
 * `$states.result` is read where there is a result, `$states.errorOutput` in a Catch, and no other field but `input` and
 * `context`. Source: "Reserved variable: $states", AWS Step Functions developer guide.
 */
export const statesObject: Rule = ({ machine }) =>
  namedStatesIn(machine).flatMap(([name, state]) => {
    const { Catch: caught, ...fields } = ownFields(state);
    const wrong = (template: unknown, ...allowed: readonly string[]): readonly Problem[] =>
      expressionsIn(template).flatMap((expression) =>
        [...readsOf(expression).states]
          .filter((field) => ![...allowed, 'input', 'context'].includes(field))
          .map((field) => `"${name}" reads $states.${field} where there is none: {%${expression}%}`),
      );
    return [
      ...wrong(caught, 'errorOutput'),
      ...Object.entries(fields).flatMap(([field, template]) =>
        AFTER.includes(field) && RESULT.has(state.Type) ? wrong(template, 'result') : wrong(template),
      ),
    ];
  });
