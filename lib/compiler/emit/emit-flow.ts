import type { Branch, Catcher, ChoiceRule, ParallelState, Template } from '../../asl/state-machine.ts';
import { COVERED } from '../../protocol/failure-codes.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { firstStepIn, type PlanTree, stepsIn } from '../plan/plan-tree.ts';
import type { StateRole, StateSource } from '../source-map.ts';
import { type Continuation, closing, endWith, type Fresh, nothingFresh, States, target } from './end.ts';
import {
  type Fault,
  type Frame,
  failState,
  type LinkState,
  newFrame,
  type Shared,
  scopeAt,
  sourceIn,
} from './frame.ts';
import { faultOf, passesOver } from './guard.ts';
import { ALONE, type GuardGroup, guardGroups } from './guard-groups.ts';
import type { Scope } from './jsonata/expressions.ts';
import { FITS, problemOf } from './jsonata/input-check.ts';
import { all, evaluated, FALSE, type Jsonata, lookup, not, pick } from './jsonata/jsonata.ts';
import { defaultSlots, skippedSlots } from './jsonata/slots.ts';
import { handed, type ScopePath } from './layout.ts';
import { nameOfMany, variableName } from './names.ts';
import { endOfFlow } from './output.ts';
import { emitNested } from './split/emit-nested.ts';
import { isSpilled } from './states/call.ts';
import { emissionOf, type StepEmission } from './states/emit-builtin.ts';
import { emitDefault } from './states/emit-default.ts';
import { emitFanOut } from './states/emit-fan-out.ts';
import { emitHoistedConditions } from './states/emit-hoisted-conditions.ts';
import { emitTask } from './states/emit-task.ts';
import { missingInput } from './states/missing-input.ts';
import { type StepState, statesOfSteps } from './step-states.ts';

/** Where a step is written: its state's name, the scope it lies in, and what comes after it. */
export interface EmitContext {
  readonly name: string;
  readonly chain: ScopePath;
  readonly states: States;
  readonly after: Continuation;
}

/** How a step's guard goes together with others, and what comes after all that it passes over. */
interface Leap extends GuardGroup {
  readonly after: Continuation;
}

type Assignments = { [name: string]: Template };

/** The Choice before a step; without rules there is none. */
interface Guard {
  readonly rules: readonly ChoiceRule[];
  readonly source: StateSource;
}

/** Writes the states of one flow. */
export class FlowEmitter {
  readonly shared: Shared;
  readonly frame: Frame;
  readonly #places: ReadonlyMap<string, StepState>;
  /** The states to go to where a step failed whose default has to be worked out. */
  readonly #defaults = new Map<string, string>();

  constructor(shared: Shared, frame: Frame) {
    this.shared = shared;
    this.frame = frame;
    // The steps' own names come first: a state that is no step has to give way.
    this.#places = statesOfSteps(frame.plan, frame.prefix, shared.states);
    for (const planned of frame.plan.steps.values()) this.#nameStep(planned);
  }

  #nameStep(planned: PlannedStep): void {
    const { maySkip, step, fusedBefore } = planned;
    const { id, component, componentSpan, added } = step;
    const own = `${this.frame.prefix}${id}`;
    // The flow of a `map` is written twice where its items may be many.
    if (this.frame.prefix !== '' && this.shared.steps.some((known) => known.id === own)) return;
    this.shared.steps.push({
      id: own,
      component,
      componentSpan,
      calls: !emissionOf(planned),
      maySkip,
      ...(fusedBefore && { fusedBefore: fusedBefore.map((fused) => this.#linkState(fused)) }),
      ...(added && { added }),
    });
  }

  /** Where a step is called. */
  stateOf(id: string): StepState {
    return this.#places.get(id) ?? { state: id };
  }

  #linkState({ step: { id, component, componentSpan }, maySkip }: PlannedStep): LinkState {
    return { id: `${this.frame.prefix}${id}`, component, componentSpan, maySkip };
  }

  /** Writes the whole flow and returns its first state's name. */
  emit(states: States): string {
    const end = endOfFlow(this.frame, states, this.shared);
    const { tree } = this.frame.plan;
    const start = tree ? this.#emit(tree, [], states, end) : target(end);
    return this.#checkInput(states, start);
  }

  /** Input that does not fit its schema, or lacks what the flow cannot do without, fails it before any step starts. */
  #checkInput(states: States, start: string): string {
    const { plan, input, prefix, fail } = this.frame;
    const faults = missingInput(plan.flow.requires ?? [], input, prefix);
    const message = problemOf(plan.flow.inputSchema ?? true, input);
    // Whoever spilled a part of the input has checked it before.
    const condition = all([`${message} != ""`, not(isSpilled(input))]);
    if (message !== FITS) faults.unshift({ condition, fault: { code: 'INVALID_INPUT', message } });
    if (faults.length === 0) return start;
    const rules = faults.map(({ condition, fault }) => ({
      Condition: `{% ${condition} %}`,
      Next: fail(states, fault),
    }));
    const name = this.shared.states.take(`${prefix}input?`);
    return states.add(name, { Type: 'Choice', Choices: rules, Default: start }, this.source('input-check'));
  }

  /** What a state is that belongs to a step, or to the flow as a whole. */
  source(role: StateRole, planned?: PlannedStep): StateSource {
    return sourceIn(this.frame, role, planned?.step.id);
  }

  /** What expressions see at a place. */
  scope(chain: ScopePath, fresh: Fresh = nothingFresh): Scope {
    return scopeAt(this.frame, chain, fresh);
  }

  /** The id of the flow's execution, as seen from a place. */
  execution(chain: ScopePath): Jsonata {
    const { layout, execution } = this.frame;
    return layout.depthOfMachine(chain) > 0 ? handed('execution') : execution;
  }

  /** The keys of a step's slots that anyone reads. */
  keys(planned: PlannedStep): readonly string[] {
    return this.frame.layout.keys(planned.step.id);
  }

  /** Assigns a step's slots to its variable, if anyone reads them. */
  assign(planned: PlannedStep, chain: ScopePath, slots: Template): { Assign?: Assignments } {
    if (planned.readings.length === 0) return {};
    return { Assign: { [this.frame.layout.nameAt(planned.step.id, chain.length)]: slots } };
  }

  /** What catches the failures of a step's state: its `onError`, and around it the flow's own. */
  catchers(planned: PlannedStep, place: EmitContext): readonly Catcher[] {
    const instead = this.afterFailure(planned, place);
    const outer = place.chain.length === 0 ? this.frame.catchers : [];
    return instead ? [{ ErrorEquals: COVERED, ...instead, Output: {} }, ...outer] : outer;
  }

  /** Where to go after a step's failure, by its `onError`, and with which slots; undefined where it lets the failure pass. */
  afterFailure(planned: PlannedStep, place: EmitContext): { Assign?: Assignments; Next: string } | undefined {
    const { step } = planned;
    const { chain, after } = place;
    const go = (slots: Template) => ({ ...this.assign(planned, chain, slots), Next: target(after) });
    if (step.onError.action === 'skip') return go(skippedSlots(this.keys(planned)));
    if (step.onError.action !== 'useDefault') return undefined;
    const { value } = step.onError;
    if (value.kind === 'literal') return go(defaultSlots(step.id, value.value, this.keys(planned)));
    const made = this.#defaults.get(step.id) ?? emitDefault(this, planned, value, place);
    this.#defaults.set(step.id, made);
    return { Next: made };
  }

  /** Writes a tree's states and returns the first one's name. */
  #emit(tree: PlanTree, chain: ScopePath, states: States, after: Continuation, leap?: Leap): string {
    const before = states.size;
    const start = this.#emitTree(tree, chain, states, after, leap);
    this.shared.written.set(tree, states.since(before));
    return start;
  }

  #emitTree(
    tree: PlanTree,
    chain: ScopePath,
    states: States,
    after: Continuation,
    leap: Leap = { ...ALONE, after },
  ): string {
    if (tree.kind === 'nested') return emitNested(this, tree, { chain, states, after });
    if (tree.kind === 'conditions') return emitHoistedConditions(this, tree, { chain, states, after });
    if (tree.kind === 'fan-out') return emitFanOut(this, tree, { chain, states, after });
    if (tree.kind === 'parallel') return this.#emitParallel(tree, chain, states, after);
    if (tree.kind === 'sequence') return this.#emitSequence(tree.parts, chain, states, after);
    const planned = this.frame.plan.steps.get(tree.id);
    return planned ? this.#emitStep(planned, chain, states, after, leap) : target(after);
  }

  #emitSequence(parts: readonly PlanTree[], chain: ScopePath, states: States, after: Continuation): string {
    const groups = guardGroups(parts, this.frame.plan, (planned) => this.#passesOver(planned, chain) !== FALSE);
    const afters: Continuation[] = [];
    let next = after;
    for (let at = parts.length - 1; at >= 0; at -= 1) {
      const part = parts[at];
      const { followers, isFollower } = groups[at] ?? ALONE;
      afters[at] = next;
      if (!part) continue;
      const leap = { followers, isFollower, after: afters[at + followers.length] ?? next };
      next = { next: this.#emit(part, chain, states, next, leap) };
    }
    return target(next);
  }

  #emitStep(planned: PlannedStep, chain: ScopePath, states: States, after: Continuation, leap: Leap): string {
    const { id } = planned.step;
    const place: EmitContext = { name: this.stateOf(id).state, chain, states, after };
    const builtin = emissionOf(planned);
    const start = builtin ? builtin.emit(this, planned, place) : emitTask(this, planned, place);
    const { rules, source } = this.#guard(planned, place, builtin, leap);
    if (rules.length === 0) return start;
    const name = this.shared.states.take(`${place.name}?`);
    return states.add(name, { Type: 'Choice', Choices: rules, Default: start }, source);
  }

  /** Under which condition a step is passed over. */
  #passesOver(planned: PlannedStep, chain: ScopePath): Jsonata {
    const isBuiltin = emissionOf(planned) !== undefined;
    const known = (id: string): boolean => isBuiltin || this.frame.plan.steps.get(id)?.maySkip === true;
    // Of a chain the others are passed over with the first.
    return passesOver(planned.fusedBefore?.[0] ?? planned, this.scope(chain), known);
  }

  /** The Choice before a step: when to pass it over, with those that follow it, and what is wrong with its input. */
  #guard(planned: PlannedStep, place: EmitContext, builtin: StepEmission | undefined, leap: Leap): Guard {
    const passing = leap.isFollower ? undefined : this.#passing(planned, place.chain, leap);
    const rules: ChoiceRule[] = passing ? [passing.rule] : [];
    const missing = builtin && faultOf(planned, this.scope(place.chain));
    if (missing)
      rules.push({ Condition: `{% ${missing.condition} %}`, Next: this.fail(planned, place, missing.fault) });
    rules.push(...(builtin?.rules?.(this, planned, place) ?? []));
    return { rules, source: { ...this.source('guard', planned), ...passing?.source } };
  }

  /** The rule by which a step is passed over, with those that follow it; undefined where it never is. */
  #passing(planned: PlannedStep, chain: ScopePath, { followers, after }: Leap) {
    const condition = this.#passesOver(planned, chain);
    if (condition === FALSE) return undefined;
    const passed = [planned, ...followers];
    const assigned = passed.map((one) => this.assign(one, chain, skippedSlots(this.keys(one))).Assign);
    const Assign: Assignments = Object.assign({}, ...assigned);
    const Next = target(after);
    const steps = passed.map(({ step }) => this.frame.prefix + step.id);
    return {
      rule: { Condition: `{% ${condition} %}`, ...(Object.keys(Assign).length > 0 && { Assign }), Next },
      source: { passesOver: { steps, next: Next } },
    };
  }

  /** A state to go to on a step's fault at a place: inside a branch it fails the branch, and so the Parallel. */
  fail(planned: PlannedStep, { states, chain }: Pick<EmitContext, 'states' | 'chain'>, fault: Fault): string {
    const { prefix } = this.frame;
    if (chain.length === 0) return this.frame.fail(states, fault, prefix + planned.step.id);
    const name = this.shared.states.take(`${prefix}fail: ${fault.code}`);
    return states.add(name, failState(fault), this.source('fail', planned));
  }

  /** Writes the flow that a step runs. */
  nested(
    planned: PlannedStep,
    frame: Pick<Frame, 'input' | 'close' | 'catchers' | 'fail'> & Partial<Pick<Frame, 'execution'>>,
  ): FlowEmitter | undefined {
    const { inner, step } = planned;
    const budget = this.frame.budget.inner(step.id);
    if (!inner || !budget) return undefined;
    const prefix = `${this.frame.prefix}${step.id}.`;
    const execution = this.execution(this.frame.layout.scopePathOf(step.id));
    return new FlowEmitter(this.shared, newFrame(this.shared, { plan: inner, budget, prefix, execution, ...frame }));
  }

  /** Characters that the message of a failed run of a step's flow may have. One takes at most 6 bytes of JSON. */
  messageRoom({ step }: PlannedStep): number {
    return Math.floor((this.frame.budget.inner(step.id)?.room ?? 0) / 6);
  }

  /** A name for a variable that belongs to a step. */
  localName({ step }: PlannedStep, what: string): string {
    return this.shared.variables.take(`${variableName(step.id)}_${what}`);
  }

  /** A name for a state that belongs to a step. */
  stateName({ step }: PlannedStep, what: string): string {
    return this.shared.states.take(`${this.frame.prefix}${step.id}: ${what}`);
  }

  #emitParallel(
    tree: Extract<PlanTree, { kind: 'parallel' }>,
    chain: ScopePath,
    states: States,
    after: Continuation,
  ): string {
    const { layout, catchers } = this.frame;
    const name = this.shared.states.take(
      this.frame.prefix + nameOfMany(tree.branches.map((branch) => firstStepIn(branch) ?? '')),
    );
    const handed = new Map<string, Jsonata>();
    const branches = tree.branches.map((branch, index) => {
      const out = stepsIn(branch).filter((id) => layout.keysOutside(id, chain.length + 1).length > 0);
      for (const id of out) handed.set(id, lookup(`$states.result[${index}]`, id));
      return this.branch(branch, out, layout.into(branch, chain));
    });
    const assigned = [...handed].map(([id, slots]) => [layout.nameAt(id, chain.length), evaluated(slots)]);
    const state: ParallelState = {
      Type: 'Parallel',
      Branches: branches,
      ...(chain.length === 0 && catchers.length > 0 && { Catch: catchers }),
      ...('next' in after && assigned.length > 0 && { Assign: Object.fromEntries(assigned) }),
      ...closing(after, (id) => handed.get(id)),
    };
    return states.add(name, state, this.source('parallel'));
  }

  /** Writes a scope of its own for a tree: a branch, or a state machine. At its end it hands out the slots of `out`. */
  branch(tree: PlanTree, out: readonly string[], chain: ScopePath): Branch {
    const states = new States(this.shared.sources);
    const output = (fresh: Fresh): Template => this.#handOut(out, chain, fresh);
    const name = (): string => this.shared.states.take(`${this.frame.prefix}end of ${firstStepIn(tree) ?? 'branch'}`);
    const pass = { name, source: this.source('branch-end') };
    const start = this.#emit(tree, chain, states, endWith(output, { End: true }, pass, states));
    return { StartAt: start, States: states.toObject() };
  }

  /** What a branch hands out: of each step that is read outside, the slots that are read there. */
  #handOut(out: readonly string[], chain: ScopePath, fresh: Fresh): Template {
    const { layout } = this.frame;
    const scope = this.scope(chain, fresh);
    return Object.fromEntries(
      out.map((id) => {
        const outside = layout.keysOutside(id, chain.length);
        const whole = outside.length === layout.keys(id).length;
        return [id, evaluated(whole ? scope.slots(id) : pick(scope.slots(id), outside))];
      }),
    );
  }
}
