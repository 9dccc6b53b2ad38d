import type { Branch, Catcher, ChoiceRule, Template } from '../../asl/state-machine.ts';
import type { StepReference } from '../../flow/expression.ts';
import type { OnError } from '../../flow/flow.ts';
import { ANY_FAILURE } from '../../protocol/aws-errors.ts';
import { LET_THROUGH } from '../../protocol/failure-codes.ts';
import type { PackedValue, PlannedStep } from '../plan/plan.ts';
import { firstStepIn, type PlanTree } from '../plan/plan-tree.ts';
import type { StateRole, StateSource } from '../source-map.ts';
import { carriedRun } from './carried-run.ts';
import {
  type Continuation,
  nextState,
  noUnassignedSlots,
  States,
  scopeEnd,
  type UnassignedSlots,
} from './continuation.ts';
import {
  type EmitContext,
  type Fault,
  type Frame,
  type FusedStep,
  failState,
  newFrame,
  OWN_EXECUTION,
  type Shared,
  scopeAt,
  sourceIn,
} from './frame.ts';
import { type GuardGroup, guardGroups, inputFault, OWN_GUARD, passesOver, skipIfFault } from './guard.ts';
import type { ExpressionScope } from './jsonata/expression-scope.ts';
import { evaluated, FALSE, type Jsonata, lookup, pick } from './jsonata/jsonata.ts';
import { defaultSlots, partOf, skippedSlots } from './jsonata/slots.ts';
import { nestedInput, type ScopePath } from './layout.ts';
import { type StepState, statesOfSteps, variableName } from './names.ts';
import { endOfFlow } from './output.ts';
import { emitNested } from './split/emit-nested.ts';
import { checkInput } from './states/check-input.ts';
import { builtinEmitterOf } from './states/emit-builtin.ts';
import { emitDefault } from './states/emit-default.ts';
import { emitFanOut } from './states/emit-fan-out.ts';
import { emitHoistedConditions } from './states/emit-hoisted-conditions.ts';
import { emitParallel } from './states/emit-parallel.ts';
import { emitTask } from './states/emit-task.ts';
import { passedOn } from './states/pass-on.ts';

/** How a step shares its guard, and what comes after all steps that the guard passes over. */
interface SharedGuard extends GuardGroup {
  readonly after: Continuation;
}

type Assignments = { [name: string]: Template };

/** The Choice before a step, which needs none where there are no rules. */
interface Guard {
  readonly rules: readonly ChoiceRule[];
  readonly source: StateSource;
}

/** Emits the states of one flow. */
export class FlowEmitter {
  readonly shared: Shared;
  readonly frame: Frame;
  readonly #stepStates: ReadonlyMap<string, StepState>;
  /** By step: the first of the states that evaluate its default after a failure. */
  readonly #defaults = new Map<string, string>();

  constructor(shared: Shared, frame: Frame) {
    this.shared = shared;
    this.frame = frame;
    // First, so that the states of steps get the steps' ids as names.
    this.#stepStates = statesOfSteps(frame.plan, frame.prefix, shared.states);
    for (const planned of frame.plan.steps.values()) this.#recordStep(planned);
  }

  #recordStep(planned: PlannedStep): void {
    const { maySkip, step, fusedBefore } = planned;
    const { id, component, componentSpan, added, addedFor } = step;
    const own = `${this.frame.prefix}${id}`;
    // The flow of a `map` is emitted twice where it may have many items.
    if (this.frame.prefix !== '' && this.shared.steps.some((known) => known.id === own)) return;
    this.shared.steps.push({
      id: own,
      component,
      componentSpan,
      calls: !builtinEmitterOf(planned),
      maySkip,
      ...(fusedBefore && { fusedBefore: fusedBefore.map((fused) => this.#fusedStep(fused)) }),
      ...(added && { added }),
      ...(addedFor !== undefined && { addedFor: `${this.frame.prefix}${addedFor}` }),
    });
  }

  /** The state that calls a step's function. */
  stateOf(id: string): StepState {
    return this.#stepStates.get(id) ?? { state: id };
  }

  #fusedStep({ step: { id, component, componentSpan }, maySkip }: PlannedStep): FusedStep {
    return { id: `${this.frame.prefix}${id}`, component, componentSpan, maySkip };
  }

  /** Emits the whole flow and returns the name of its first state. */
  emit(states: States): string {
    const end = endOfFlow(carriedRun(this.frame, states, this.shared), states, this.shared);
    const { tree } = this.frame.plan;
    const start = tree ? this.#emit(tree, [], states, end) : nextState(end);
    return checkInput(this, states, start);
  }

  /** The source of a state that belongs to a step, or to the flow as a whole. */
  source(role: StateRole, planned?: PlannedStep): StateSource {
    return sourceIn(this.frame, role, planned?.step.id);
  }

  /** Where expressions of a scope find what they read. */
  scope(scopePath: ScopePath, unassigned: UnassignedSlots = noUnassignedSlots): ExpressionScope {
    return scopeAt(this.frame, scopePath, unassigned);
  }

  /** Where the inputs of functions that are called in a scope find what they read; all read a packed value from one blob. */
  inputScope(readers: readonly PlannedStep[], scopePath: ScopePath): ExpressionScope {
    const scope: ExpressionScope = { ...this.scope(scopePath), byFunction: true };
    const packs = readers.flatMap(({ packed }) => packed ?? []);
    if (packs.length === 0) return scope;
    const find = ({ step, path }: StepReference): PackedValue | undefined =>
      packs.map((packed) => packed.get(step)?.get(path.text)).find((found) => found !== undefined);
    return {
      ...scope,
      packed: (reference) => {
        const found = find(reference);
        return found && partOf(lookup(scope.slots(found.packer), '$'), found.index);
      },
    };
  }

  /** The id of the flow's execution, as read from a scope. */
  execution(scopePath: ScopePath): Jsonata {
    const { layout, execution } = this.frame;
    return layout.depthOfMachine(scopePath) > 0 ? nestedInput('execution') : execution;
  }

  /** Which iteration the flow is in, as read from a scope; undefined in none. */
  iteration(scopePath: ScopePath): Jsonata | undefined {
    const { layout, iteration } = this.frame;
    return iteration && layout.depthOfMachine(scopePath) > 0 ? nestedInput('iteration') : iteration;
  }

  /** The id of the execution that a scope is in, where that is not the flow's own. */
  childExecution(scopePath: ScopePath): Jsonata | undefined {
    const { layout, isChild } = this.frame;
    return isChild || layout.depthOfMachine(scopePath) > 0 ? OWN_EXECUTION : undefined;
  }

  /** What is done about a step's failure in a scope: nothing inside of a scope that is its own, round which that is done. */
  onErrorIn({ step, isWhole }: PlannedStep, scopePath: ScopePath): OnError {
    const isInside = isWhole && scopePath.length >= this.frame.layout.scopePathOf(step.id).length;
    return isInside ? { action: 'fail' } : step.onError;
  }

  /** The keys of a step's slots that are read. */
  keys(planned: PlannedStep): readonly string[] {
    return this.frame.layout.keys(planned.step.id);
  }

  /** Assigns a step's slots to its variable if they are read. */
  assign(planned: PlannedStep, scopePath: ScopePath, slots: Template): { Assign?: Assignments } {
    if (planned.readings.length === 0) return {};
    return { Assign: { [this.frame.layout.nameAt(planned.step.id, scopePath.length)]: slots } };
  }

  /** The flow's own catchers, in a scope: inside of a branch a failure first fails the Parallel. */
  outerCatchers(scopePath: ScopePath): readonly Catcher[] {
    return scopePath.length === 0 ? this.frame.catchers : [];
  }

  /**
   * The catchers of a step's state: those of its `onError`, then the flow's. `ofRuns`: of a state that fails as a run of the
   * step's flow does. A fault in an expression of that flow is no fault of the step's own.
   */
  catchers(planned: PlannedStep, context: EmitContext, ofRuns = false): readonly Catcher[] {
    const instead = this.afterFailure(planned, context);
    const outer = this.outerCatchers(context.scopePath);
    if (!instead) return outer;
    const own: Catcher = { ErrorEquals: [ANY_FAILURE], ...instead, Output: {} };
    return ofRuns ? [own] : [this.#lettingThrough(context, outer), own];
  }

  /** The catcher of what `onError` does not handle: it fails as if nothing had caught it. */
  #lettingThrough({ states }: EmitContext, [outer]: readonly Catcher[]): Catcher {
    if (outer) return { ...outer, ErrorEquals: LET_THROUGH };
    const Next = passedOn(states, this.source('fail'), () => this.shared.states.take(`${this.frame.prefix}fail`));
    return { ErrorEquals: LET_THROUGH, Next };
  }

  /** The next state after a step's failure, and what is assigned, by its `onError`; undefined where that covers no failure. */
  afterFailure(planned: PlannedStep, context: EmitContext): { Assign?: Assignments; Next: string } | undefined {
    const { step } = planned;
    const { scopePath, after } = context;
    const onError = this.onErrorIn(planned, scopePath);
    const go = (slots: Template) => ({ ...this.assign(planned, scopePath, slots), Next: nextState(after) });
    if (onError.action === 'skip') return go(skippedSlots(this.keys(planned)));
    if (onError.action !== 'useDefault') return undefined;
    const { value } = onError;
    if (value.kind === 'literal' && !this.frame.budget.carries(step.id, 'default'))
      return go(defaultSlots(step.id, value.value, this.keys(planned)));
    const made = this.#defaults.get(step.id) ?? emitDefault(this, planned, value, context);
    this.#defaults.set(step.id, made);
    return { Next: made };
  }

  /** Emits a tree's states and returns the first one's name. */
  #emit(tree: PlanTree, scopePath: ScopePath, states: States, after: Continuation, guard?: SharedGuard): string {
    const before = states.size;
    const start = this.#emitTree(tree, scopePath, states, after, guard);
    this.shared.statesByTree.set(tree, states.since(before));
    return start;
  }

  #emitTree(
    tree: PlanTree,
    scopePath: ScopePath,
    states: States,
    after: Continuation,
    guard: SharedGuard = { ...OWN_GUARD, after },
  ): string {
    if (tree.kind === 'nested') return emitNested(this, tree, { scopePath, states, after });
    if (tree.kind === 'conditions') return emitHoistedConditions(this, tree, { scopePath, states, after });
    if (tree.kind === 'fan-out') return emitFanOut(this, tree, { scopePath, states, after });
    if (tree.kind === 'parallel') {
      const whole = this.frame.plan.steps.get(tree.whole ?? '');
      const start = emitParallel(this, tree, { scopePath, states, after });
      return whole
        ? this.#guarded(whole, { name: this.stateOf(whole.step.id).state, scopePath, states, after }, start)
        : start;
    }
    if (tree.kind === 'sequence') return this.#emitSequence(tree.parts, scopePath, states, after);
    const planned = this.frame.plan.steps.get(tree.id);
    return planned ? this.#emitStep(planned, scopePath, states, after, guard) : nextState(after);
  }

  #emitSequence(parts: readonly PlanTree[], scopePath: ScopePath, states: States, after: Continuation): string {
    const groups = guardGroups(parts, this.frame.plan, (planned) => this.#passesOver(planned, scopePath) !== FALSE);
    const afters: Continuation[] = [];
    let next = after;
    for (let at = parts.length - 1; at >= 0; at -= 1) {
      const part = parts[at];
      const { followers, isFollower } = groups[at] ?? OWN_GUARD;
      afters[at] = next;
      if (!part) continue;
      const guard = { followers, isFollower, after: afters[at + followers.length] ?? next };
      next = { next: this.#emit(part, scopePath, states, next, guard) };
    }
    return nextState(next);
  }

  #emitStep(
    planned: PlannedStep,
    scopePath: ScopePath,
    states: States,
    after: Continuation,
    guard: SharedGuard,
  ): string {
    const { id } = planned.step;
    const context: EmitContext = { name: this.stateOf(id).state, scopePath, states, after };
    const builtin = builtinEmitterOf(planned);
    const start = builtin ? builtin.emit(this, planned, context) : emitTask(this, planned, context);
    const own = builtin?.rules?.(this, planned, context) ?? [];
    // Of a step that is run as a whole, the rest is before the scope that is its own.
    if (planned.isWhole) return this.#chosen(context, { rules: own, source: this.source('guard', planned) }, start);
    return this.#guarded(planned, context, start, guard, own);
  }

  /** A step's first state, behind the Choice that decides whether it runs. `own`: further rules of the Choice. */
  #guarded(
    planned: PlannedStep,
    context: EmitContext,
    start: string,
    guard: SharedGuard = { ...OWN_GUARD, after: context.after },
    own: readonly ChoiceRule[] = [],
  ): string {
    const { rules, source } = this.#guard(planned, context, guard);
    return this.#chosen(context, { rules: [...rules, ...own], source }, start);
  }

  #chosen({ name, states }: EmitContext, { rules, source }: Guard, start: string): string {
    if (rules.length === 0) return start;
    return states.add(this.shared.states.take(`${name}?`), { Type: 'Choice', Choices: rules, Default: start }, source);
  }

  /** The condition under which a step is passed over. */
  #passesOver(planned: PlannedStep, scopePath: ScopePath): Jsonata {
    // The function of a component that waits could not complete its task as skipped.
    const isBuiltin = builtinEmitterOf(planned) !== undefined || planned.step.waits === true;
    const known = (id: string): boolean => isBuiltin || this.frame.plan.steps.get(id)?.maySkip === true;
    // The steps of a fused chain are passed over together with its first one.
    return passesOver(planned.fusedBefore?.[0] ?? planned, this.scope(scopePath), known);
  }

  /** The rules before a step: they pass over it and its followers, or fail because of its input. */
  #guard(planned: PlannedStep, context: EmitContext, guard: SharedGuard): Guard {
    const passing = guard.isFollower ? undefined : this.#passRule(planned, context.scopePath, guard);
    const rules: ChoiceRule[] = passing ? [passing.rule] : [];
    const scope = this.scope(context.scopePath);
    const fault = guard.isFollower ? undefined : skipIfFault(planned.fusedBefore?.[0] ?? planned, scope);
    if (fault) rules.unshift({ Condition: evaluated(fault.condition), Next: this.fail(planned, context, fault.fault) });
    const missing = builtinEmitterOf(planned) && inputFault(planned, scope);
    if (missing)
      rules.push({ Condition: evaluated(missing.condition), Next: this.fail(planned, context, missing.fault) });
    return { rules, source: { ...this.source('guard', planned), ...passing?.source } };
  }

  /** The rule that passes over a step and its followers; undefined where it is never passed over. */
  #passRule(planned: PlannedStep, scopePath: ScopePath, { followers, after }: SharedGuard) {
    const condition = this.#passesOver(planned, scopePath);
    if (condition === FALSE) return undefined;
    const passed = [planned, ...followers];
    const assigned = passed.map((one) => this.assign(one, scopePath, skippedSlots(this.keys(one))).Assign);
    const Assign: Assignments = Object.assign({}, ...assigned);
    const Next = nextState(after);
    const steps = passed.map(({ step }) => this.frame.prefix + step.id);
    return {
      rule: { Condition: evaluated(condition), ...(Object.keys(Assign).length > 0 && { Assign }), Next },
      source: { passesOver: { steps, next: Next } },
    };
  }

  /**
   * The state to go to on a step's fault. Inside a branch it fails the branch, and so the Parallel. `of`: the id of the step of
   * its flow whose fault it is.
   */
  fail(
    planned: PlannedStep,
    { states, scopePath }: Pick<EmitContext, 'states' | 'scopePath'>,
    fault: Fault,
    of = this.frame.prefix + planned.step.id,
  ): string {
    if (scopePath.length === 0) return this.frame.fail(states, fault, of);
    const name = this.shared.states.take(`${this.frame.prefix}fail: ${fault.code}`);
    return states.add(name, failState(fault, of), { ...this.source('fail', planned), step: of });
  }

  /** The emitter of the flow that a step runs. */
  innerFlow(
    planned: PlannedStep,
    frame: Pick<Frame, 'input' | 'transition' | 'catchers' | 'fail'> &
      Partial<Pick<Frame, 'variables' | 'execution' | 'isChild' | 'iteration'>>,
  ): FlowEmitter | undefined {
    const { inner, step } = planned;
    const budget = this.frame.budget.inner(step.id);
    if (!inner || !budget) return undefined;
    const prefix = `${this.frame.prefix}${step.id}.`;
    const scopePath = this.frame.layout.scopePathOf(step.id);
    const execution = this.execution(scopePath);
    const iteration = this.iteration(scopePath);
    const isChild = this.childExecution(scopePath) !== undefined;
    const around = { execution, ...(iteration && { iteration }), ...(isChild && ({ isChild } as const)) };
    const runBytes = this.frame.budget.carries(step.id, 'runs') ? this.frame.budget.runBytes(step.id) : undefined;
    const own = { plan: inner, budget, prefix, ...around, ...frame, ...(runBytes !== undefined && { runBytes }) };
    return new FlowEmitter(this.shared, newFrame(this.shared, own));
  }

  /** The most characters of the message of a failed run of a step's flow; each takes at most 6 bytes of JSON. */
  maxMessageLength({ step }: PlannedStep): number {
    return Math.floor(this.frame.budget.runBytes(step.id) / 6);
  }

  /** A name for a variable that belongs to a step. */
  localName({ step }: PlannedStep, what: string): string {
    return this.shared.variables.take(`${variableName(step.id)}_${what}`);
  }

  /** A name for a state that belongs to a step. */
  stateName({ step }: PlannedStep, what: string): string {
    return this.shared.states.take(`${this.frame.prefix}${step.id}: ${what}`);
  }

  /** Emits a tree as a scope of its own: a branch, or a nested state machine. Its output has the slots of the steps `out`. */
  branch(tree: PlanTree, out: readonly string[], scopePath: ScopePath): Branch {
    const states = new States(this.shared.sources);
    const output = (unassigned: UnassignedSlots): Template => this.#branchOutput(out, scopePath, unassigned);
    const name = (): string => this.shared.states.take(`${this.frame.prefix}end of ${firstStepIn(tree) ?? 'branch'}`);
    const pass = { name, source: this.source('branch-end') };
    const start = this.#emit(tree, scopePath, states, scopeEnd(output, { End: true }, pass, states));
    return states.scope(start);
  }

  /** The output of a branch: of each step that is read outside, the slots that are read there. */
  #branchOutput(out: readonly string[], scopePath: ScopePath, unassigned: UnassignedSlots): Template {
    const { layout } = this.frame;
    const scope = this.scope(scopePath, unassigned);
    return Object.fromEntries(
      out.map((id) => {
        const outside = layout.keysOutside(id, scopePath.length);
        const whole = outside.length === layout.keysFrom(id, scopePath).length;
        return [id, evaluated(whole ? scope.slots(id) : pick(scope.slots(id), outside))];
      }),
    );
  }
}
