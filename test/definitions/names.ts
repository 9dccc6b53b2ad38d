import { assignmentsOf } from './assignments.ts';
import { FUNCTIONS } from './functions.ts';
import { isDistributed, namedStatesIn, type Rule } from './problem.ts';

/** Source: "State names" and "Label", AWS Step Functions developer guide. */
const LONGEST = 80;
const LABEL = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,40}$/u;

/** Source: "Reserved variable", "Passing data between states with variables", AWS Step Functions developer guide. */
const VARIABLE = /^\p{ID_Start}\p{ID_Continue}{0,79}$/u;

/** Names of states are short and unique in the whole machine; those of variables are identifiers that hide no function. */
export const names: Rule = ({ machine }) => {
  const states = namedStatesIn(machine);
  const seen = new Set<string>();
  const labels = states.flatMap(([, state]) =>
    isDistributed(state) && state.Label !== undefined ? [state.Label] : [],
  );
  return [
    ...states.flatMap(([name]) => {
      const twice = seen.has(name);
      seen.add(name);
      return [
        ...(twice ? [`"${name}" is the name of two states`] : []),
        ...(name === '' || [...name].length > LONGEST ? [`"${name}" has no name of 1 to ${LONGEST} characters`] : []),
      ];
    }),
    ...states.flatMap(([name, state]) =>
      assignmentsOf(state)
        .flatMap(({ names }) => names)
        .filter((variable) => !VARIABLE.test(variable) || variable === 'states' || FUNCTIONS.has(variable))
        .map((variable) => `"${name}" assigns "${variable}", which is no name of a variable`),
    ),
    ...labels.filter((label) => !LABEL.test(label)).map((label) => `"${label}" is no label of a Map`),
    ...(new Set(labels).size < labels.length ? ['two Maps have the same label'] : []),
  ];
};
