import type { Plan } from '../plan/plan.ts';
import { FlowEmitter } from './emit-flow.ts';
import { States } from './end.ts';
import { failState, newFrame, newShared, type StepState } from './frame.ts';
import type { StateMachine } from './state-machine.ts';

/** A state machine, and the state of each step in it. */
export interface Emitted {
  readonly stateMachine: StateMachine;
  readonly steps: readonly StepState[];
}

/** Writes a plan as a state machine. */
export function emit(plan: Plan): Emitted {
  const shared = newShared();
  const states = new States();
  const frame = newFrame(shared, {
    plan,
    input: '$states.context.Execution.Input',
    prefix: '',
    close: { End: true },
    catchers: [],
    fail: (into, fault) => into.add(shared.states.take(`fail: ${fault.code}`), failState(fault)),
  });
  const { name, description } = plan.flow;
  const start = new FlowEmitter(shared, frame).emit(states);
  const stateMachine: StateMachine = {
    Comment: description ? `${name}: ${description.trim()}` : name,
    QueryLanguage: 'JSONata',
    StartAt: start,
    States: states.toObject(),
  };
  return { stateMachine, steps: shared.steps };
}
