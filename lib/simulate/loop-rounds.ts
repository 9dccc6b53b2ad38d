import { eventsOfVisit } from '../asl/sizes.ts';
import type { State, StateMachine } from '../asl/state-machine.ts';
import { mapStates } from '../asl/walk-states.ts';
import { constant, evaluated } from '../compiler/emit/jsonata/jsonata.ts';
import { isAtLimit } from '../compiler/emit/states/iterate-round.ts';
import type { LoopSource, SourceMap } from '../compiler/source-map.ts';
import type { VisitPlace } from '../engine/types.ts';
import type { LongestHistory } from '../run/report/longest-history.ts';
import { isExpressExecution } from './express-items.ts';
import type { SimulatedCall, SimulatedMachine } from './run-machine.ts';

/** The rounds of a loop that are simulated: the second is like all that follow. */
const SIMULATED_ROUNDS = 2;

/** States entered for each further execution of a loop: a Task and a Choice where it is started, its first and its last. */
const TRANSITIONS_OF_PART = 4;

/** A definition in which loops end after {@link SIMULATED_ROUNDS}, unless they end before. */
export function withShortLoops(machine: StateMachine, states: SourceMap['states']): StateMachine {
  return mapStates(machine, (state, name) => {
    const loop = states[name]?.loop;
    if (!loop || loop.most <= SIMULATED_ROUNDS || state.Type !== 'Choice') return state;
    const Condition = evaluated(isAtLimit(loop.count, constant(SIMULATED_ROUNDS)));
    return { ...state, Choices: state.Choices.map((rule, at) => (at === loop.rule ? { ...rule, Condition } : rule)) };
  });
}

/** What happened since the end of a round. */
interface Round {
  readonly place: VisitPlace;
  /** The id of the loop's step. */
  readonly step: string | undefined;
  readonly fromMs: number;
  transitions: number;
  /** In the history of the loop's own execution. */
  events: number;
  readonly calls: SimulatedCall[];
}

/**
 * Adds up the rounds of loops that are not simulated, and their events in the histories of a run. At the end of the second round of a loop, it is as if all the others
 * had followed: their time passes, and their transitions, events and calls are counted.
 */
export class LoopRounds {
  /** All calls, with those of the rounds that are not simulated. */
  readonly calls: SimulatedCall[] = [];
  /** Transitions of the rounds that are not simulated; those of Express items are not billed. */
  transitions = 0;
  /** Seconds of the calls of these rounds. */
  seconds = 0;
  readonly #histories: LongestHistory;
  readonly #source: SourceMap['states'];
  readonly #states: ReadonlyMap<string, State>;
  readonly #now: () => number;
  /** Second rounds in progress, by the loop's Choice and the branch that it is in. */
  readonly #open = new Map<string, Round>();

  constructor({ states, all }: Pick<SimulatedMachine, 'states' | 'all'>, histories: LongestHistory, now: () => number) {
    this.#source = states;
    this.#states = new Map(all);
    this.#histories = histories;
    this.#now = now;
  }

  /** Records a call. `id`: its `callId`. */
  called(call: SimulatedCall, id: string): void {
    this.calls.push(call);
    for (const { place, calls } of this.#open.values()) if (id.startsWith(place.path)) calls.push(call);
  }

  /** Records that a state is entered; returns the milliseconds that pass in rounds which are not simulated. */
  entered(name: string, place: VisitPlace): number {
    const source = this.#source[name];
    const state = this.#states.get(name);
    this.#count(place, 1, state ? eventsOfVisit(state) : 0);
    if (source?.role === 'take-input') this.#begin(source.step, place);
    return source?.loop ? this.#ended(`${place.path} ${name}`, place, source.loop, source.step) : 0;
  }

  /** A loop that begins again in the same branch is another one. */
  #begin(step: string | undefined, { path }: VisitPlace): void {
    for (const [key, round] of this.#open) if (round.step === step && round.place.path === path) this.#open.delete(key);
  }

  #ended(key: string, place: VisitPlace, loop: LoopSource, step: string | undefined): number {
    const round = this.#open.get(key);
    if (!round) {
      this.#open.set(key, { place, step, fromMs: this.#now(), transitions: 0, events: 0, calls: [] });
      return 0;
    }
    this.#open.delete(key);
    const more = Math.max(0, loop.most - SIMULATED_ROUNDS);
    const parts = loop.rounds === undefined ? 0 : Math.ceil(loop.most / loop.rounds) - 1;
    const moreHere =
      loop.rounds === undefined ? more : Math.max(0, Math.min(loop.most, loop.rounds) - SIMULATED_ROUNDS);
    const transitions = more * round.transitions + parts * TRANSITIONS_OF_PART;
    if (!isExpressExecution(place.execution)) this.transitions += transitions;
    this.#count(place, transitions, moreHere * round.events);
    this.#histories.add(place.execution ?? '', moreHere * round.events);
    if (more > 0) for (const call of round.calls) this.#repeated({ ...call, times: call.times * more }, place.path);
    return more * (this.#now() - round.fromMs);
  }

  #repeated(call: SimulatedCall, path: string): void {
    this.seconds += call.seconds * call.times;
    this.called(call, path);
  }

  /** Counts for the rounds in progress that a place is in. */
  #count({ path, execution }: VisitPlace, transitions: number, events: number): void {
    for (const round of this.#open.values()) {
      if (!path.startsWith(round.place.path)) continue;
      round.transitions += transitions;
      if (execution === round.place.execution) round.events += events;
    }
  }
}
