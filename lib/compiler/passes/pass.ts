import type { Span } from '../../diagnostics/diagnostics.ts';
import { afterOf, type Flow, type Step } from '../../flow/flow.ts';
import type { Analysis } from '../analyse/analysis.ts';
import { type StepUse, spreadsSkip, type Use, usesOf } from '../analyse/uses.ts';
import type { Plan } from '../plan/plan.ts';
import type { PassName } from './passes.ts';

/** One thing that a pass changed. */
export interface Change {
  /** The ids of the steps concerned. */
  readonly steps: readonly string[];
  /** What was done to them, as a predicate: `is read directly from "load"`. */
  readonly what: string;
}

/** What a pass did to a flow. */
export interface PassReport {
  readonly name: PassName;
  /** What it does, in a few words. */
  readonly title: string;
  readonly changes: readonly Change[];
  readonly saved: Saved;
  /** Why the pass did not run, or how to request it; absent if it ran. */
  readonly off?: string;
}

/** What a pass saved. */
export interface Saved {
  /** States that the state machine no longer has. */
  readonly states?: number;
  /** Transitions that a run saves besides those into the removed states. */
  readonly transitions?: number;
  /** Components that no step calls any longer. */
  readonly functions?: number;
}

/** A step without a state of its own, because a pass replaced it or made it part of other steps. */
export interface AbsorbedStep {
  readonly id: string;
  readonly component: string;
  readonly componentSpan: Span;
  readonly by: PassName;
  /** The steps whose results it needs, and with which it is skipped; they may be absorbed themselves. */
  readonly sources: readonly string[];
  /** The steps that it comes after without reading them; they may be absorbed themselves. @default none */
  readonly after?: readonly string[];
  /** Paths of the flow's input that it requires: if one is missing, the flow fails before any step starts. @default none */
  readonly requires?: readonly string[];
  /** Whether it is a duplicate of its only source. */
  readonly same?: true;
  /** Whether it is skipped in every run. */
  readonly skipped?: true;
  /** Whether nothing needs it in any run. */
  readonly never?: true;
}

/** A pass of the optimiser: a rewrite that preserves the behaviour of the flow, with the traits that its runner needs. */
export type Pass = FlowPass | PlanPass;

/** What all passes have in common. */
interface Traits<Name extends PassName> {
  readonly name: Name;
  /** What it does, in a few words. */
  readonly title: string;
  /** Whether it moves values into a common payload, which may become too large: then the pass is left out. @default false */
  readonly enlargesPayloads?: true;
  /** For a pass that only runs on request. @default it runs unless it is left out */
  readonly onRequest?: {
    /** Whether the flow itself requests it. */
    readonly isAsked: (flow: Flow) => boolean;
    /** How to request it, for people. */
    readonly how: string;
  };
}

/** A pass over a flow. Its runner applies it to inner flows too, each before the flow around it. */
export interface FlowPass<Name extends PassName = PassName> extends Traits<Name> {
  readonly rewrites: 'flow';
  /** The flow rewritten; undefined where there is nothing to do. */
  readonly rewrite: (context: PassContext) => Rewritten | undefined;
}

/** The input of a pass over a flow. */
export interface PassContext {
  readonly analysis: Analysis;
  /** Whether a step must really be called, because its component is mocked or replaced: no pass does its work. */
  readonly isOpaque: (step: Step) => boolean;
}

/** The result of a pass over a flow. */
export interface Rewritten {
  readonly flow: Flow;
  readonly changes: readonly Change[];
  readonly absorbed: readonly AbsorbedStep[];
}

/** A pass over a plan, whose steps are arranged already. Its runner applies it to the plans of inner flows too. */
export interface PlanPass<Name extends PassName = PassName> extends Traits<Name> {
  readonly rewrites: 'plan';
  /** Why it cannot run on a plan; undefined if it can. @default it always can */
  readonly unless?: (plan: Plan) => string | undefined;
  /** Rewrites the steps of a plan; inner flows are left to the runner. */
  readonly rewrite: (plan: Plan, context: PlanContext) => RewrittenPlan;
}

/** The settings of a pass over a plan. */
export interface PlanContext {
  /** The fewest steps that become a Map: see `CompileOptions.leastFanOut`. */
  readonly leastFanOut?: number | undefined;
  /** Whether a step's component is mocked. */
  readonly isMocked: PassContext['isOpaque'];
  /** The path of an inner flow, such as `each.`, which precedes the ids of its steps; "" for the whole flow. */
  readonly prefix: string;
  /** The step that runs this inner flow; absent for the whole flow. */
  readonly within?: Step;
}

/** The result of a pass over a plan. */
export interface RewrittenPlan extends Pick<PassReport, 'changes'>, Partial<Pick<PassReport, 'saved'>> {
  readonly plan: Plan;
  /** The steps that no longer have a state of their own. @default the pass never removes any */
  readonly absorbed?: readonly AbsorbedStep[];
}

/** What a pass produced: the analysis of a rewritten flow, which may be an inner one, or a whole plan. */
export type PassOutcome = { readonly name: PassName } & ({ readonly analysis: Analysis } | { readonly plan: Plan });

/** Which passes run. */
export interface PassOptions {
  /** The names of the passes to leave out. @default none */
  readonly without?: ReadonlySet<string>;
  /** Called with the outcome of each pass. */
  readonly onPass?: ((outcome: PassOutcome) => void) | undefined;
}

/** The record of a step that a pass absorbs. */
export const asAbsorbed = ({ id, component, componentSpan, input, after }: Step, by: PassName): AbsorbedStep => ({
  ...{ id, component, componentSpan, by },
  ...(after && { after: afterOf({ after }) }),
  sources: [...new Set(usesOf(input).flatMap((use) => (isRequired(use) ? [use.reference.step] : [])))],
});

const isRequired = (use: Use): use is StepUse => spreadsSkip(use) && use.gates.length === 0;

/** A change in an inner flow, with the full ids of its steps. */
export const prefixChange = ({ steps, what }: Change, prefix: string): Change => ({
  steps: steps.map((id) => `${prefix}${id}`),
  what,
});

/** An absorbed step of an inner flow, with full ids. */
export const prefixAbsorbed = (one: AbsorbedStep, prefix: string): AbsorbedStep => ({
  ...one,
  id: `${prefix}${one.id}`,
  sources: one.sources.map((id) => `${prefix}${id}`),
  ...(one.after && { after: one.after.map((id) => `${prefix}${id}`) }),
});
