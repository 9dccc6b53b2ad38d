import type { Branch, State } from '../../lib/asl/state-machine.ts';
import { assignmentsOf } from './assignments.ts';
import { expressionsIn, readsOf } from './expressions.ts';
import { FUNCTIONS } from './functions.ts';
import { insideOf, isDistributed, ownFields, type Problem, type Rule } from './problem.ts';

type Names = ReadonlySet<string>;

/**
 * Every variable has been assigned on each way to where it is read; an inner scope assigns no variable of an outer one; and the
 * executions of a distributed Map see none of those outside. Source: "Variable scope", AWS Step Functions developer guide.
 */
export const variables: Rule = ({ machine }) => inScope(machine, new Set(), new Map());

/** `visible`: assigned on each way to the scope. `outer`: the names that scopes around it assign, and in which states. */
function inScope(scope: Branch, visible: Names, outer: ReadonlyMap<string, Names>): readonly Problem[] {
  const assigned = assignedAt(scope, visible);
  const own = namesIn(scope);
  const all = new Map([...outer, ...own]);
  return Object.entries(scope.States).flatMap(([name, state]) => {
    const before = assigned.get(name) ?? new Set();
    return [
      ...unassigned(name, state, before),
      ...[...own.keys()]
        .filter((variable) => outer.has(variable) && own.get(variable)?.has(name))
        .map((variable) => `"${name}" assigns "${variable}", which an outer scope assigns too`),
      ...insideOf(state).flatMap((inner) =>
        isDistributed(state)
          ? inScope(inner, new Set(), new Map())
          : inScope(inner, before, visibleFrom(name, state, all)),
      ),
    ];
  });
}

/** The names that a scope inside a state may not assign. What only a Catch of that state assigns comes after it. */
function visibleFrom(name: string, state: State, all: ReadonlyMap<string, Names>): ReadonlyMap<string, Names> {
  const [, ...caught] = 'Catch' in state ? assignmentsOf(state) : [];
  const later = new Set(caught.flatMap(({ names }) => names));
  return new Map([...all].filter(([variable, by]) => !(later.has(variable) && by.size === 1 && by.has(name))));
}

/** The names that the states of a scope assign, not those inside them, each with the states that do. */
function namesIn({ States }: Branch): ReadonlyMap<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [name, state] of Object.entries(States)) {
    for (const variable of assignmentsOf(state).flatMap(({ names }) => names)) {
      found.set(variable, (found.get(variable) ?? new Set()).add(name));
    }
  }
  return found;
}

/** The variables that have been assigned whichever way a state was reached. */
function assignedAt({ StartAt, States }: Branch, visible: Names): ReadonlyMap<string, Names> {
  const found = new Map<string, Names>([[StartAt, visible]]);
  const pending = [StartAt];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const [state, before] = [States[name], found.get(name)];
    if (!state || !before) continue;
    for (const { next, names } of assignmentsOf(state)) {
      if (next === undefined) continue;
      const known = found.get(next);
      const here = new Set(
        known ? [...known].filter((one) => before.has(one) || names.includes(one)) : [...before, ...names],
      );
      if (known?.size === here.size) continue;
      found.set(next, here);
      pending.push(next);
    }
  }
  return found;
}

function unassigned(name: string, state: State, before: Names): readonly Problem[] {
  return expressionsIn(ownFields(state)).flatMap((expression) => {
    const { variables: read, fault } = readsOf(expression);
    const missing = [...read].filter((one) => one !== 'states' && !before.has(one) && !FUNCTIONS.has(one));
    return [
      ...(fault === undefined ? [] : [`"${name}" has the expression {%${expression}%}: ${fault}`]),
      ...missing.map((one) => `"${name}" reads "$${one}", which may not have been assigned: {%${expression}%}`),
    ];
  });
}
