import type { Compiled } from '../../lib/compiler/compile.ts';
import { errors } from './errors.ts';
import { names } from './names.ts';
import { payloads } from './payloads.ts';
import type { Definition, Problem, Rule } from './problem.ts';
import { statesObject } from './states-object.ts';
import { transitions } from './transitions.ts';
import { variables } from './variables.ts';

/** Rules of AWS that no local run would show to be broken, each written from its documentation and not from our engine. */
const RULES: readonly Rule[] = [names, transitions, variables, statesObject, errors, payloads];

/** Everything that AWS would refuse of a definition, or that would fail there. */
export const problemsOf = (definition: Definition): readonly Problem[] => RULES.flatMap((rule) => rule(definition));

/** Returns a compiled flow whose definitions keep all rules. @throws Error with what is wrong */
export function checked(compiled: Compiled): Compiled {
  const { stateMachine, nestedMachines, type } = compiled;
  const machines = [stateMachine, ...nestedMachines.map((nested) => nested.stateMachine)];
  const problems = machines.flatMap((machine) => (machine ? problemsOf({ machine, type }) : []));
  if (problems.length === 0) return compiled;
  throw new Error(`The definition of "${compiled.name}" breaks rules of AWS:\n${problems.slice(0, 20).join('\n')}`);
}
