import type { Span } from '../../flow/diagnostics.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import type { Analysis } from '../analysis.ts';
import { type Plan, spreadsSkip } from '../plan.ts';
import { type StepUse, type Use, usesOf } from '../uses.ts';
import type { PassName } from './names.ts';

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

/** What a pass looks at. */
export interface PassContext {
  readonly analysis: Analysis;
  /** Whether a step's component must be asked, because something stands in for it. */
  readonly isOpaque: (step: Step) => boolean;
}

/** What a pass answers. */
export interface Rewritten {
  readonly flow: Flow;
  readonly changes: readonly Change[];
  readonly absorbed: readonly AbsorbedStep[];
}

/** A pass: a name, and one rewrite of a flow that changes nothing of what the flow does. */
export interface Pass {
  readonly name: PassName;
  readonly title: string;
  /** The flow rewritten; undefined where there is nothing to do. */
  readonly rewrite: (context: PassContext) => Rewritten | undefined;
}

/** What a pass over a plan is to go by. */
export interface PlanContext {
  /** Steps that make a Map worth it: see `CompileOptions.leastFanOut`. */
  readonly leastFanOut?: number | undefined;
  /** Whether chains of steps are to be fused. @default false */
  readonly fuse?: boolean;
  /** Whether something stands in for a step's component. @default for none */
  readonly isMocked?: PassContext['isOpaque'];
}

/** A pass over a plan, when all is arranged: a name, and one rewrite that changes nothing of what the flow does. */
export interface PlanPass {
  readonly name: PassName;
  readonly title: string;
  readonly rewrite: (plan: Plan, context: PlanContext) => RewrittenPlan;
}

/** What a pass over a plan answers. */
export interface RewrittenPlan extends Partial<Pick<PassReport, 'changes' | 'saved' | 'off'>> {
  readonly plan: Plan;
  /** The steps that have no state of their own any more. @default none */
  readonly absorbed?: readonly AbsorbedStep[];
}

/** A step as absorbed by a pass. */
export const absorb = ({ id, component, componentSpan, input }: Step, by: PassName): AbsorbedStep => ({
  ...{ id, component, componentSpan, by },
  sources: [...new Set(usesOf(input).flatMap((use) => (isNeeded(use) ? [use.reference.step] : [])))],
});

const isNeeded = (use: Use): use is StepUse => spreadsSkip(use) && use.gates.length === 0;
