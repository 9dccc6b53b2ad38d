import type { PassState } from '../../../asl/state-machine.ts';
import type { HoistedCondition } from '../../plan/hoisted-conditions.ts';
import type { HoistedConditions } from '../../plan/plan-tree.ts';
import { transitionTo, type UnassignedSlots } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { TreeContext } from '../frame.ts';
import { wantedTest } from '../guard.ts';
import { answerText } from '../jsonata/answers.ts';
import type { ExpressionScope } from '../jsonata/expression-scope.ts';
import { block, evaluated, type Jsonata, jsonata, object, variable } from '../jsonata/jsonata.ts';

/** Emits a Pass that evaluates conditions for the guards after it. They may refer to each other, so one expression has all. */
export function emitHoistedConditions(
  emitter: FlowEmitter,
  { id, conditions }: HoistedConditions,
  { scopePath, states, after }: TreeContext,
): string {
  const { frame, shared } = emitter;
  const found = new Map<string, Jsonata>();
  const scope = emitter.scope(scopePath);
  const local: typeof scope.hoisted = (known) =>
    (known.hoistedAt === id ? found.get(known.name) : undefined) ?? scope.hoisted(known);
  const name = frame.layout.nameAt(id, scopePath.length);
  const findings = conditions.map((one) => {
    const condition = variable(shared.variables.take(`${name}_${one.name}`));
    const test = conditionTest(one, { ...scope, hoisted: local });
    found.set(one.name, condition);
    return jsonata`${condition} := ${test}`;
  });
  const values = block([...findings, object([...found])]);
  const unassigned: UnassignedSlots = (asked) => (asked === id ? values : undefined);
  const state: PassState = {
    Type: 'Pass',
    ...('next' in after && { Assign: { [name]: evaluated(values) } }),
    ...transitionTo(after, unassigned),
  };
  const wanted = shared.states.take(`${frame.prefix}what is wanted`);
  return states.add(wanted, state, emitter.source('conditions'));
}

const conditionTest = (condition: HoistedCondition, scope: ExpressionScope): Jsonata =>
  'clauses' in condition
    ? wantedTest(condition.clauses, scope)
    : answerText(condition.asked, { ...scope, known: condition.known });
