import { repeatStates } from '../../../asl/repetition.ts';
import { sizeOfStates } from '../../../asl/sizes.ts';
import type { ChoiceRule, ChoiceState, State, TaskState, Template } from '../../../asl/state-machine.ts';
import { ANY_FAILURE } from '../../../protocol/aws-errors.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { knownRounds } from '../builtin-states.ts';
import { States } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import { type Fault, failState, type LoopMachine } from '../frame.ts';
import { evaluated, type Jsonata, jsonata, lookup, object, text, variable } from '../jsonata/jsonata.ts';
import { NESTED_INPUT } from '../layout.ts';
import { failureOfNested } from '../split/nested-failure.ts';
import { NESTED_OUTPUT, startOf } from '../split/start-nested.ts';
import { variablesExpression } from '../variables-expression.ts';
import {
  beginRound,
  givesNeither,
  isAtLimit,
  iterateResult,
  loopSource,
  ROUND,
  rehydrationRules,
} from './iterate-round.ts';
import { within } from './iteration.ts';

/** The input of an execution of a loop's state machine. */
export interface LoopInput {
  /** That of its first round, and the round's number in the whole loop, from 1. */
  readonly input: Template;
  readonly round: Template;
  /** The `max_iterations` of the whole loop. */
  readonly most: Template;
  /** 0: it goes round itself. Otherwise it starts executions of one level less, one after the other. */
  readonly level: Template;
  /** The id of the flow's execution. */
  readonly execution: Template;
  /** Which iteration the loop is in, in an inner flow. */
  readonly iteration?: Template;
  /** What is given to the variables of the loop's flow, as far as it reads them. */
  readonly variables?: Template;
}

const given = (field: keyof LoopInput): Jsonata => lookup(NESTED_INPUT, field);

/** Events of an execution beside its rounds, or beside the executions that it starts: its start and end, and the states around. */
const EVENTS_AROUND = 24;

const EVENTS_OF_CHOICE = 2;

/** Events of starting an execution and counting it: a Task that waits, and a Choice. */
const EVENTS_OF_PART = 8;

/** The least level of a first execution that can go round so many times. */
export function levelFor({ rounds, parts }: LoopMachine, most: number): number {
  let level = 0;
  for (let reached = rounds; reached < most; reached *= parts) level += 1;
  return level;
}

/** The state machine of a loop that goes round in executions of its own, emitted once for each step. */
export function loopMachineOf(emitter: FlowEmitter, planned: PlannedStep): LoopMachine {
  const { shared, frame } = emitter;
  const id = `${frame.prefix}${planned.step.id}`;
  const machine = shared.loops.get(id) ?? new LoopMachineEmitter(emitter, planned, id).emit();
  shared.loops.set(id, machine);
  return machine;
}

/**
 * Emits the state machine of a loop. An execution goes round until the loop ends, or until its history has no room for
 * another round; then its output says where to go on. As any number of rounds may take more of such executions than one
 * execution can start, the same state machine also starts itself: an execution of level 1 starts executions of level 0, one
 * of level 2 those of level 1, and so on.
 */
class LoopMachineEmitter {
  readonly #emitter: FlowEmitter;
  readonly #planned: PlannedStep;
  readonly #name: string;
  readonly #id: string;
  readonly #states: States;
  readonly #input: string;
  readonly #round: string;
  readonly #isInIteration: boolean;
  readonly #hasVariables: boolean;

  constructor(emitter: FlowEmitter, planned: PlannedStep, id: string) {
    const { shared } = emitter;
    this.#emitter = emitter;
    this.#planned = planned;
    this.#id = id;
    this.#name = shared.machines.take(`${shared.flow}--${id}`.replace(/[^A-Za-z0-9_-]/g, '-'));
    this.#states = new States(shared.sources);
    this.#input = emitter.localName(planned, 'input');
    this.#round = emitter.localName(planned, 'count');
    this.#isInIteration = emitter.frame.iteration !== undefined;
    this.#hasVariables = variablesExpression(planned) !== undefined;
  }

  emit(): LoopMachine {
    const { shared } = this.#emitter;
    const end = this.#add('end of executions', { Type: 'Succeed' });
    const { start, rounds } = this.#emitRounds(end);
    const parts = Math.max(2, Math.floor((shared.events - EVENTS_AROUND) / EVENTS_OF_PART));
    const machine: LoopMachine = { name: this.#name, rounds, parts };
    const startsItself = (knownRounds(this.#planned) ?? Number.POSITIVE_INFINITY) > rounds;
    const first = { [this.#input]: evaluated(given('input')), [this.#round]: evaluated(given('round')) };
    const StartAt = startsItself
      ? this.#add('begin', {
          Type: 'Choice',
          Choices: [
            {
              Condition: evaluated(jsonata`${given('level')} > 0`),
              Assign: first,
              Next: this.#emitParts(machine, end),
            },
          ],
          Assign: first,
          Default: start,
        })
      : this.#add('begin', { Type: 'Pass', Assign: first, Output: {}, Next: start });
    const Comment = `The loop of step ${this.#id} of ${shared.flow}`;
    const stateMachine = { Comment, QueryLanguage: 'JSONata', ...this.#states.scope(StartAt) } as const;
    shared.nestedMachines.push({ name: this.#name, stateMachine });
    return machine;
  }

  #add(what: string, state: State): string {
    const name = this.#emitter.stateName(this.#planned, what);
    return this.#states.add(name, state, this.#emitter.source('loop', this.#planned));
  }

  /** Fails the execution, and so the step. `of`: the id of the inner step whose fault it is, if any. */
  #fail(into: States, fault: Fault, of?: string): string {
    const source = this.#emitter.source('fail', this.#planned);
    const name = this.#emitter.stateName(this.#planned, `fail with ${fault.code}`);
    return into.add(name, failState(fault, of ?? this.#id), of === undefined ? source : { ...source, step: of });
  }

  /** The states of a round, and the Choice after it. */
  #emitRounds(end: string): { readonly start: string; readonly rounds: number } {
    const emitter = this.#emitter;
    const states = this.#states;
    const loop = emitter.stateName(this.#planned, 'again?');
    const before = states.size;
    const inner = emitter.innerFlow(this.#planned, {
      input: variable(this.#input),
      execution: given('execution'),
      isChild: true,
      ...(this.#hasVariables && { variables: given('variables') }),
      iteration: within(this.#isInIteration ? given('iteration') : undefined, variable(this.#round)),
      transition: { Next: loop },
      catchers: [],
      fail: (into, fault, of) => this.#fail(into, fault, of),
    });
    const round = { states, catchers: [] };
    const first = inner?.emit(states) ?? loop;
    const start = beginRound(emitter, this.#planned, { ...round, name: this.#input, start: first });
    const opening = rehydrationRules(emitter, this.#planned, { ...round, name: loop });
    const repeated = states.since(before);
    const events = sizeOfStates(repeated).events + EVENTS_OF_CHOICE;
    const rounds = Math.max(1, Math.floor((emitter.shared.events - EVENTS_AROUND) / events));
    const choice: ChoiceState = {
      Type: 'Choice',
      Choices: [...opening, ...this.#rulesAfterRound({ start, end, rounds })],
      Default: this.#fail(states, givesNeither(this.#planned)),
    };
    // After those that read what was spilled: the flow was skipped, it has a result, the limit.
    const atLimit = { rule: opening.length + 2, count: this.#round, rounds };
    states.add(loop, choice, { ...emitter.source('loop', this.#planned), ...loopSource(this.#planned, atLimit) });
    repeatStates([...repeated, [loop, choice]], rounds);
    return { start, rounds };
  }

  #rulesAfterRound(to: { readonly start: string; readonly end: string; readonly rounds: number }): ChoiceRule[] {
    const round = variable(this.#round);
    const following = jsonata`${round} + 1`;
    const endWith = (condition: Jsonata, output: Template): ChoiceRule => ({
      Condition: evaluated(condition),
      Output: output,
      Next: to.end,
    });
    const ended = (result: Jsonata, terminated: boolean): Template => ({
      outcome: text('success'),
      result: evaluated(iterateResult(result, round, terminated)),
    });
    return [
      endWith(ROUND.isSkipped, { outcome: text('skipped') }),
      endWith(ROUND.hasResult, ended(ROUND.result, false)),
      endWith(isAtLimit(this.#round, given('most')), ended(ROUND.next, true)),
      endWith(
        jsonata`${ROUND.hasNext} and ${following} - ${given('round')} >= ${to.rounds}`,
        evaluated(
          object([
            ['next', ROUND.next],
            ['round', following],
          ]),
        ),
      ),
      {
        Condition: evaluated(ROUND.hasNext),
        Assign: { [this.#input]: evaluated(ROUND.next), [this.#round]: evaluated(following) },
        Next: to.start,
      },
    ];
  }

  /** The states that start executions of one level less, one after the other. Returns the first one's name. */
  #emitParts({ name, rounds, parts }: LoopMachine, end: string): string {
    const input: LoopInput = {
      input: evaluated(variable(this.#input)),
      round: evaluated(variable(this.#round)),
      most: evaluated(given('most')),
      level: evaluated(jsonata`${given('level')} - 1`),
      execution: evaluated(given('execution')),
      ...(this.#isInIteration && { iteration: evaluated(given('iteration')) }),
      ...(this.#hasVariables && { variables: evaluated(given('variables')) }),
    };
    const failure = failureOfNested(this.#states, this.#emitter.source('fail', this.#planned), () =>
      this.#emitter.stateName(this.#planned, 'fail'),
    );
    const counting = this.#emitter.stateName(this.#planned, 'another?');
    const task: TaskState = {
      ...startOf(name, { ...input }),
      Catch: [{ ErrorEquals: [ANY_FAILURE], Next: failure }],
      Output: evaluated(NESTED_OUTPUT),
      Next: counting,
    };
    const part = this.#states.add(
      this.#emitter.stateName(this.#planned, 'part'),
      task,
      this.#emitter.source('nested', this.#planned),
    );
    const isOpen = jsonata`$exists(${lookup(jsonata`$states.input`, 'next')})`;
    const hasRoom = jsonata`$states.input.round - ${given('round')} < ${rounds} * $power(${parts}, ${given('level')})`;
    const another: ChoiceState = {
      Type: 'Choice',
      Choices: [
        {
          Condition: evaluated(jsonata`${isOpen} and ${hasRoom}`),
          Assign: {
            [this.#input]: evaluated(lookup(jsonata`$states.input`, 'next')),
            [this.#round]: evaluated(jsonata`$states.input.round`),
          },
          Next: part,
        },
      ],
      Default: end,
    };
    this.#states.add(counting, another, this.#emitter.source('loop', this.#planned));
    return part;
  }
}
