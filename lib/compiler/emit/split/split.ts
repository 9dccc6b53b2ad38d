import { type Size, sizeOfStates, sumOfSizes } from '../../../asl/sizes.ts';
import type { NamedState } from '../../../asl/walk-states.ts';
import { builtinOf, writtenItems } from '../../analyse/builtins.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import { firstStepIn, idsIn, type PlanTree, partsOf } from '../../plan/plan-tree.ts';
import { PAYLOAD_BYTES } from '../sizes/payload-limits.ts';
import { NestingEstimate, type PlanReads, readsOfPlan } from './nesting-estimate.ts';

/** What determines how a plan is split. */
export interface SplitOptions {
  /** The states that each part of the plan's trees became before anything was split. */
  readonly statesByTree: ReadonlyMap<PlanTree, readonly NamedState[]>;
  /** The limits of a state machine. */
  readonly limits: Size;
  /** How long a step takes, in seconds. */
  readonly seconds: (planned: PlannedStep) => number;
  /** A name for the state machine of the part that begins with a step. */
  readonly nameOf: (first: string) => string;
}

/** A part of a plan, and what it takes in the state machine that it is in. */
interface Piece extends Size {
  readonly tree: PlanTree;
  readonly seconds: number;
}

/** What may stay in a state machine: at most `max`; nothing has to be moved out of what is within `target`. */
interface SizeBounds {
  readonly max: Size;
  readonly target: Size;
}

const NOTHING: Size = { bytes: 0, events: 0 };

/** Events of a Task that starts a nested state machine: those of a Task, and one of its submission. */
const CALL_EVENTS = 6;

/** The share of the limits that a nested state machine has to save to be worth an execution. */
const WORTH_NESTING = 0.02;

/**
 * The most bytes of the least sizes that pass into or out of a nested state machine: half of a payload, so that not all
 * values have to be spilled.
 */
const MAX_PASSED_BYTES = PAYLOAD_BYTES / 2;

/**
 * Moves parts of a plan into nested state machines, so that all are within their limits. `room`: what the outermost one has
 * left for the plan's tree.
 *
 * A part is a branch of a Parallel, several of its branches, or several consecutive parts of a sequence. Moved out as a
 * whole, it waits for nothing more than before, and nothing more waits for it. A nested execution costs only the time of its
 * start. Parts are therefore as large as possible, and the branches of a Parallel that take longest stay where they are.
 */
export function split(plan: Plan, splitting: SplitOptions, room: Size): Plan {
  return new Splitter(plan, splitting).plan({ max: room, target: room });
}

class Splitter {
  readonly #plan: Plan;
  readonly #options: SplitOptions;
  readonly #reads: PlanReads;
  readonly #measured = new Map<PlanTree, Piece>();
  /** Steps whose inner flow was split. */
  readonly #changed = new Map<string, PlannedStep>();

  constructor(plan: Plan, given: SplitOptions) {
    this.#plan = plan;
    this.#options = given;
    this.#reads = readsOfPlan(plan);
  }

  plan(room: SizeBounds): Plan {
    const { tree } = this.#plan;
    return tree ? this.#withTree(this.#fit(tree, room).tree) : this.#plan;
  }

  /** The plan of an inner flow, with as much of it moved out as possible. */
  innerPlan(): { readonly plan: Plan; readonly saved: Size } {
    const { tree } = this.#plan;
    if (!tree) return { plan: this.#plan, saved: NOTHING };
    const whole = this.#wholeOf(tree);
    const left = isWithin(whole, this.#options.limits)
      ? this.#nest([whole], 'sequence')
      : this.#fit(tree, this.#tight());
    return { plan: this.#withTree(inParallelBranch(left.tree)), saved: minus(whole, left) };
  }

  #withTree(tree: PlanTree): Plan {
    const steps = new Map([...this.#plan.steps, ...this.#changed]);
    return { ...this.#plan, tree: named(tree, this.#options.nameOf), steps };
  }

  #tight(): SizeBounds {
    return { max: this.#options.limits, target: NOTHING };
  }

  #fit(tree: PlanTree, room: SizeBounds): Piece {
    const whole = this.#wholeOf(tree);
    if (isWithin(whole, room.target)) return whole;
    if (tree.kind === 'step') return this.#fitStep(tree, whole);
    if (tree.kind === 'nested' || tree.kind === 'conditions' || tree.kind === 'fan-out') return whole;
    const parts = partsOf(tree);
    const own = minus(whole, sumOfSizes(parts.map((part) => this.#wholeOf(part))));
    const pieces = this.#refill(parts, own, room);
    return this.#pack(pieces, tree.kind, own, room);
  }

  /** The parts, each small enough to be moved as a whole; where all of them may stay, they fill the room that is left. */
  #refill(parts: readonly PlanTree[], own: Size, { target: keep }: SizeBounds): readonly Piece[] {
    const portable = parts.map((part) => ({ part, piece: this.#portable(part) }));
    let left = minus(keep, sumOfSizes([own, ...portable.map(({ piece }) => piece)]));
    return portable.map(({ part, piece }) => {
      if (piece.tree === part || !isWithin(NOTHING, left)) return piece;
      const room = sumOfSizes([left, piece]);
      const fuller = this.#fit(part, { max: room, target: room });
      if (!isWithin(fuller, room)) return piece;
      left = minus(room, fuller);
      return fuller;
    });
  }

  /** A part that can be moved as a whole. */
  #portable(tree: PlanTree): Piece {
    const whole = this.#wholeOf(tree);
    return isWithin(whole, this.#options.limits) ? whole : this.#fit(tree, this.#tight());
  }

  /** The flow of a step can be split. */
  #fitStep(tree: Extract<PlanTree, { kind: 'step' }>, whole: Piece): Piece {
    const planned = this.#plan.steps.get(tree.id);
    // The flow of a loop in executions of its own is not in this state machine: see split-loops.ts.
    if (!planned?.inner || planned.ownExecutions) return whole;
    const nameOf = (first: string): string => this.#options.nameOf(`${tree.id}.${first}`);
    const { plan, saved } = new Splitter(planned.inner, { ...this.#options, nameOf }).innerPlan();
    this.#changed.set(tree.id, { ...planned, inner: plan });
    // The flow of a map is emitted twice where the number of items is unknown.
    const isTwice = builtinOf(planned.step) === 'map' && writtenItems(planned.step) === undefined;
    return { ...whole, ...minus(minus(whole, saved), isTwice ? saved : NOTHING) };
  }

  #pack(pieces: readonly Piece[], kind: 'sequence' | 'parallel', own: Size, room: SizeBounds): Piece {
    // Of the branches of a Parallel, those that take longest stay: there they have no execution to start.
    const ordered = kind === 'parallel' ? [...pieces].sort((a, b) => b.seconds - a.seconds) : pieces;
    const asIs = together(ordered, kind, own);
    if (isWithin(asIs, room.max)) return asIs;
    const calls = sumOfSizes([own, ...this.#group(ordered).map((group) => this.#nest(group, kind))]);
    const stay = prefixWithin(ordered, minus(room.target, calls));
    const moved = this.#group(ordered.slice(stay)).flatMap((group) => this.#nestIfLess(group, kind));
    const left = [...ordered.slice(0, stay), ...moved];
    // Where there are too many calls for one state machine, they are grouped and moved out too.
    return left.length < pieces.length ? this.#pack(left, kind, own, room) : together(left, kind, own);
  }

  /** Divides pieces into groups as large as a state machine may be, in their order. */
  #group(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
    const groups: Piece[][] = [];
    let open: { readonly pieces: Piece[]; readonly added: NestingEstimate; events: number; bytes: number } | undefined;
    for (const piece of pieces) {
      const steps = idsIn(piece.tree);
      open?.added.add(steps);
      const bytes = (open?.bytes ?? 0) + piece.bytes;
      const events = (open?.events ?? 0) + piece.events;
      if (
        open &&
        isWithin({ bytes: bytes + open.added.inside, events }, this.#options.limits) &&
        fitsPayloads(open.added)
      ) {
        open.pieces.push(piece);
        open.bytes = bytes;
        open.events = events;
      } else {
        open = {
          pieces: [piece],
          added: new NestingEstimate(this.#reads, steps),
          events: piece.events,
          bytes: piece.bytes,
        };
        groups.push(open.pieces);
      }
    }
    return groups;
  }

  /** A group as a nested state machine, if that saves enough. */
  #nestIfLess(group: readonly Piece[], kind: 'sequence' | 'parallel'): readonly Piece[] {
    const { limits: most } = this.#options;
    const nested = this.#nest(group, kind);
    const saved = minus(sumOfSizes(group), nested);
    return saved.bytes > most.bytes * WORTH_NESTING || saved.events > most.events * WORTH_NESTING ? [nested] : group;
  }

  #nest(group: readonly Piece[], kind: 'sequence' | 'parallel'): Piece {
    const { tree: body, seconds } = together(group, kind, NOTHING);
    const { call } = new NestingEstimate(this.#reads, idsIn(body));
    return { tree: { kind: 'nested', name: '', body }, bytes: call, events: CALL_EVENTS, seconds };
  }

  #wholeOf(tree: PlanTree): Piece {
    const known = this.#measured.get(tree) ?? this.#measure(tree);
    this.#measured.set(tree, known);
    return known;
  }

  #measure(tree: PlanTree): Piece {
    const parts = tree.kind === 'step' ? [] : partsOf(tree).map((part) => this.#wholeOf(part));
    if (tree.kind === 'sequence') return { ...together(parts, 'sequence', NOTHING), tree };
    const size = sizeOfStates(this.#options.statesByTree.get(tree) ?? []);
    if (tree.kind === 'conditions') return { tree, seconds: 0, ...size };
    if (tree.kind === 'fan-out')
      return { tree, seconds: Math.max(...tree.steps.map((id) => this.#secondsOf(id))), ...size };
    if (tree.kind !== 'step') return { ...together(parts, 'parallel', NOTHING), tree, ...size };
    return { tree, seconds: this.#secondsOf(tree.id), ...size };
  }

  #secondsOf(id: string): number {
    const planned = this.#plan.steps.get(id);
    return planned ? this.#options.seconds(planned) : 0;
  }
}

function together(pieces: readonly Piece[], kind: 'sequence' | 'parallel', own: Size): Piece {
  const [first, ...more] = pieces;
  if (first && more.length === 0) return first;
  const trees = pieces.map(({ tree }) => tree);
  const size = sumOfSizes([own, ...pieces]);
  return kind === 'sequence'
    ? { tree: { kind, parts: trees }, seconds: pieces.reduce((all, { seconds }) => all + seconds, 0), ...size }
    : { tree: { kind, branches: trees }, seconds: Math.max(...pieces.map(({ seconds }) => seconds)), ...size };
}

const isWithin = (size: Size, room: Size): boolean => size.bytes <= room.bytes && size.events <= room.events;

const fitsPayloads = ({ input, output }: NestingEstimate): boolean => Math.max(input, output) <= MAX_PASSED_BYTES;

const minus = (one: Size, other: Size): Size => ({
  bytes: one.bytes - other.bytes,
  events: one.events - other.events,
});

/** How many of the first pieces fit. */
function prefixWithin(pieces: readonly Piece[], room: Size): number {
  let left = room;
  for (const [at, piece] of pieces.entries()) {
    if (!isWithin(piece, left)) return at;
    left = minus(left, piece);
  }
  return pieces.length;
}

/** A tree with names for its nested state machines. */
function named(tree: PlanTree, nameOf: (first: string) => string): PlanTree {
  const inside = (part: PlanTree): PlanTree => named(part, nameOf);
  switch (tree.kind) {
    case 'step':
    case 'conditions':
    case 'fan-out':
      return tree;
    case 'nested':
      return { ...tree, name: nameOf(firstStepIn(tree) ?? ''), body: inside(tree.body) };
    case 'sequence':
      return { ...tree, parts: tree.parts.map(inside) };
    case 'parallel':
      return { ...tree, branches: tree.branches.map(inside) };
  }
}

/** In a flow whose failure is caught, a nested state machine is in a Parallel's branch: the Parallel catches its failure. */
function inParallelBranch(tree: PlanTree): PlanTree {
  if (tree.kind === 'nested') return { kind: 'parallel', branches: [tree] };
  return tree.kind === 'sequence' ? { ...tree, parts: tree.parts.map(inParallelBranch) } : tree;
}
