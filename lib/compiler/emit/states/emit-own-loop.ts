import type { ChoiceRule, State, TaskState, Template } from '../../../asl/state-machine.ts';
import { ANY_FAILURE } from '../../../protocol/aws-errors.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { fieldOf, knownRounds, maxIterations } from '../builtin-states.ts';
import { States } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext, LoopMachine } from '../frame.ts';
import type { ExpressionScope } from '../jsonata/expression-scope.ts';
import { jsonataOf, templateOf } from '../jsonata/expressions.ts';
import { constant, evaluated, type Jsonata, jsonata } from '../jsonata/jsonata.ts';
import { failureOfNested } from '../split/nested-failure.ts';
import { NESTED_OUTPUT, startOf } from '../split/start-nested.ts';
import { type GivenVariables, givenVariables, takeVariables } from './given-variables.ts';
import { type LoopInput, levelFor, loopMachineOf } from './loop-machine.ts';

/**
 * Emits an `iterate` that goes round in executions of its own: a Task that starts the first of them, then a Choice that takes
 * the result by the rules `exits`. Where a failure is caught, the Task is in a branch: only the failure of a Parallel has the
 * Error of the nested execution. Returns the first state.
 */
export function emitOwnLoop(
  emitter: FlowEmitter,
  planned: PlannedStep,
  context: EmitContext,
  exits: readonly ChoiceRule[],
): string {
  const { name, states } = context;
  states.add(name, { Type: 'Choice', Choices: exits }, emitter.source('step', planned));
  const catchers = emitter.catchers(planned, context, true);
  const given = givenVariables(emitter, planned, context);
  const begin = (first: string): string => takeVariables(emitter, planned, { states, start: first }, given, catchers);
  const start = (into: States, next: Pick<TaskState, 'Next' | 'End'>): string =>
    into.add(
      emitter.stateName(planned, 'loop'),
      { ...startOfLoop(emitter, planned, { ...context, states: into }, given), ...next },
      emitter.source('nested', planned),
    );
  if (catchers.length === 0) return begin(start(states, { Next: name }));
  const inside = new States(emitter.shared.sources);
  const StartAt = start(inside, { End: true });
  const parallel: State = {
    Type: 'Parallel',
    Branches: [inside.scope(StartAt)],
    Catch: catchers,
    Output: evaluated(jsonata`$states.result[0]`),
    Next: name,
  };
  return begin(
    states.add(emitter.stateName(planned, 'loop or failure'), parallel, emitter.source('parallel', planned)),
  );
}

function startOfLoop(
  emitter: FlowEmitter,
  planned: PlannedStep,
  { scopePath, states }: EmitContext,
  { frame: { variables } }: GivenVariables,
): Omit<TaskState, 'Next' | 'End'> {
  const machine = loopMachineOf(emitter, planned);
  const scope = emitter.scope(scopePath);
  const iteration = emitter.iteration(scopePath);
  const input: LoopInput = {
    input: templateOf(fieldOf(planned, 'initial_input'), scope),
    round: 1,
    most: templateOf(maxIterations(planned), scope),
    level: levelOf(planned, machine, scope),
    execution: evaluated(emitter.execution(scopePath)),
    ...(iteration && { iteration: evaluated(iteration) }),
    ...(variables && { variables: evaluated(variables) }),
  };
  const failure = failureOfNested(states, emitter.source('fail', planned), () => emitter.stateName(planned, 'fail'));
  return {
    ...startOf(machine.name, { ...input }),
    Catch: [{ ErrorEquals: [ANY_FAILURE], Next: failure }],
    Output: evaluated(NESTED_OUTPUT),
  };
}

/** The level of the first execution, by the most rounds of the loop. */
function levelOf(planned: PlannedStep, machine: LoopMachine, scope: ExpressionScope): Template {
  const known = knownRounds(planned);
  if (known !== undefined) return levelFor(machine, known);
  const most = jsonataOf(maxIterations(planned), scope);
  const levels = Array.from({ length: levelFor(machine, Number.MAX_SAFE_INTEGER) }, (_, level) => level);
  const rounds = (level: number): number => machine.rounds * machine.parts ** level;
  return evaluated(
    levels.reduceRight<Jsonata>(
      (deeper, level) => jsonata`${most} <= ${rounds(level)} ? ${level} : ${deeper}`,
      constant(levels.length),
    ),
  );
}
