import type { Span } from '../../diagnostics/diagnostics.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import type { Analysis } from '../analyse/analysis.ts';
import { type StepUse, spreadsSkip, type Use, usesOf } from '../analyse/uses.ts';
import type { Plan } from '../plan/plan.ts';
import type { PassName } from './passes.ts';

/** One thing that a pass changed. */
export interface Change {
  /** The ids of the steps that it is about. */
  readonly steps: readonly string[];
  /** What has become of them, in words that follow their names: `is read straight from "load"`. */
  readonly what: string;
}

/** What a pass did to a flow. */
export interface PassReport {
  readonly name: PassName;
  /** What it does, in a few words. */
  readonly title: string;
  readonly changes: readonly Change[];
  readonly saved: Saved;
  /** Of a pass that was not run: why, or how to ask for it. */
  readonly off?: string;
}

/** What a pass spared. */
export interface Saved {
  /** States that the state machine no longer has. */
  readonly states?: number;
  /** States that a run no longer enters, where it is not those. */
  readonly transitions?: number;
  /** Components that no step calls any more. */
  readonly functions?: number;
}

/** A step that has no state of its own, because a pass made it part of others. */
export interface AbsorbedStep {
  readonly id: string;
  readonly component: string;
  readonly componentSpan: Span;
  readonly by: PassName;
  /** The steps without whose results it gives nothing, and with which it is skipped; they may be absorbed themselves. */
  readonly sources: readonly string[];
  /** Paths of the flow's input without which it fails before any step starts. @default none */
  readonly requires?: readonly string[];
  /** Whether it does the very same as its one source. */
  readonly same?: true;
  /** Whether it is skipped in every run. */
  readonly skipped?: true;
  /** Whether nothing wants it in any run. */
  readonly never?: true;
}

/** A pass: a name, one rewrite that changes nothing of what the flow does, and what has to be known of it to run it. */
export type Pass = FlowPass | PlanPass;

/** What every pass has. */
interface Traits<Name extends PassName> {
  readonly name: Name;
  /** What it does, in a few words. */
  readonly title: string;
  /** Whether it brings together what may then be too large for one payload: then it is left out. @default false */
  readonly enlargesPayloads?: true;
  /** Of a pass that runs only where it is asked for. @default it runs unless it is left out */
  readonly onRequest?: {
    /** Whether the flow itself asks for it. */
    readonly isAsked: (flow: Flow) => boolean;
    /** Tells how to ask for it. */
    readonly how: string;
  };
}

/** A pass over a flow. The runner takes it to the flows that the flow's steps run, each before the flow around it. */
export interface FlowPass<Name extends PassName = PassName> extends Traits<Name> {
  readonly rewrites: 'flow';
  /** The flow rewritten; undefined where there is nothing to do. */
  readonly rewrite: (context: PassContext) => Rewritten | undefined;
}

/** What a pass over a flow looks at. */
export interface PassContext {
  readonly analysis: Analysis;
  /** Whether a step's component must be asked, because something stands in for it. */
  readonly isOpaque: (step: Step) => boolean;
}

/** What a pass over a flow answers. */
export interface Rewritten {
  readonly flow: Flow;
  readonly changes: readonly Change[];
  readonly absorbed: readonly AbsorbedStep[];
}

/** A pass over a plan, when all is arranged. The runner takes it to the plans of the flows that the plan's steps run. */
export interface PlanPass<Name extends PassName = PassName> extends Traits<Name> {
  readonly rewrites: 'plan';
  /** Why it cannot be run on a plan as a whole; undefined where it can. @default it always can */
  readonly unless?: (plan: Plan) => string | undefined;
  /** The steps of a plan rewritten; flows inside them are left to the runner. */
  readonly rewrite: (plan: Plan, context: PlanContext) => RewrittenPlan;
}

/** What a pass over a plan is to go by. */
export interface PlanContext {
  /** Steps that make a Map worth it: see `CompileOptions.leastFanOut`. */
  readonly leastFanOut?: number | undefined;
  /** Whether something stands in for a step's component. */
  readonly isMocked: PassContext['isOpaque'];
  /** What stands before the ids of the plan's steps where the whole flow names them. */
  readonly prefix: string;
  /** The step that runs the flow of this plan; absent where it is the whole one. */
  readonly within?: Step;
}

/** What a pass over a plan answers. */
export interface RewrittenPlan extends Pick<PassReport, 'changes'>, Partial<Pick<PassReport, 'saved'>> {
  readonly plan: Plan;
  /** The steps that have no state of their own any more. @default it is no pass that takes any away */
  readonly absorbed?: readonly AbsorbedStep[];
}

/** What a pass has made: of a flow, which may be one inside a step, or of a whole plan. */
export type PassOutcome = { readonly name: PassName } & ({ readonly analysis: Analysis } | { readonly plan: Plan });

/** Which passes run. */
export interface PassOptions {
  /** The names of those that are left out. @default none */
  readonly without?: ReadonlySet<string>;
  /** Told what each has made. @default nobody is told */
  readonly onPass?: ((outcome: PassOutcome) => void) | undefined;
}

/** A step as absorbed by a pass. */
export const asAbsorbed = ({ id, component, componentSpan, input }: Step, by: PassName): AbsorbedStep => ({
  ...{ id, component, componentSpan, by },
  sources: [...new Set(usesOf(input).flatMap((use) => (isNeeded(use) ? [use.reference.step] : [])))],
});

const isNeeded = (use: Use): use is StepUse => spreadsSkip(use) && use.gates.length === 0;

/** A change of a flow inside a step, as the whole flow names its steps. */
export const prefixChange = ({ steps, what }: Change, prefix: string): Change => ({
  steps: steps.map((id) => `${prefix}${id}`),
  what,
});

/** A step of a flow inside a step, as the whole flow names it. */
export const prefixAbsorbed = (one: AbsorbedStep, prefix: string): AbsorbedStep => ({
  ...one,
  id: `${prefix}${one.id}`,
  sources: one.sources.map((id) => `${prefix}${id}`),
});
