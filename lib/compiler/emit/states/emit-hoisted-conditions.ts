import type { PassState } from '../../../asl/state-machine.ts';
import type { HoistedConditions } from '../../plan/plan-tree.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import { type Continuation, closing, type Fresh, type States } from '../end.ts';
import { clauseTest } from '../guard.ts';
import { evaluated, type Jsonata, object, variable } from '../jsonata/jsonata.ts';
import type { ScopePath } from '../layout.ts';

/** Where it is written. */
interface Here {
  readonly chain: ScopePath;
  readonly states: States;
  readonly after: Continuation;
}

/** Writes a Pass that finds conditions for the guards after it. One may ask another, so one expression finds all. */
export function emitHoistedConditions(
  emitter: FlowEmitter,
  { id, conditions }: HoistedConditions,
  { chain, states, after }: Here,
): string {
  const { frame, shared } = emitter;
  const found = new Map<string, Jsonata>();
  const scope = emitter.scope(chain);
  const hoisted: typeof scope.hoisted = (reference) =>
    (reference.hoistedAt === id ? found.get(reference.name) : undefined) ?? scope.hoisted(reference);
  const name = frame.layout.nameAt(id, chain.length);
  const findings = conditions.map((condition) => {
    const local = variable(shared.variables.take(`${name}_${condition.name}`));
    const test = clauseTest(condition.clause, { ...scope, hoisted });
    found.set(condition.name, local);
    return `${local} := ${test}`;
  });
  const values = `(${findings.join('; ')}; ${object([...found])})`;
  const fresh: Fresh = (asked) => (asked === id ? values : undefined);
  const state: PassState = {
    Type: 'Pass',
    ...('next' in after && { Assign: { [name]: evaluated(values) } }),
    ...closing(after, fresh),
  };
  const wanted = shared.states.take(`${frame.prefix}what is wanted`);
  return states.add(wanted, state, emitter.source('conditions'));
}
