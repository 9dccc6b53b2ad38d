import { type Compiled, compileFlow } from '../compiler/compile.ts';
import { membersOf } from '../compiler/emit/frame.ts';
import { durationsFrom } from '../compiler/plan/durations.ts';
import type { OpenedFlow } from '../project/open-flow.ts';
import type { Json } from '../protocol/json.ts';
import { type CostRow, costRows, type MeasuredRuns } from '../simulate/cost-rows.ts';
import { type Simulated, simulateCompiled } from '../simulate/index.ts';
import { type ExplainedBudgets, explainBudgets } from './budgets.ts';
import { type Harmless, harmlessIn } from './harmless.ts';
import { explainLimits, type UsedLimit } from './limits.ts';
import { guessProfiles, type MissingProfile } from './missing-profile.ts';
import { type ExplainedOperation, explainOperations } from './operations.ts';
import { type ExplainedTree, explainTree } from './tree.ts';
import { type ExplainedStarts, explainStarts } from './triggers.ts';

/** How long a flow takes, and how much a profile improves that. */
export interface ExplainedTimes {
  /** Whether there is a profile; otherwise each step counts as one second. */
  readonly measured: boolean;
  readonly makespanSeconds: number;
  readonly criticalPathSeconds: number;
  /** The makespan with the same seconds in the arrangement without a profile. */
  readonly withoutProfileSeconds: number;
  /** If there is no profile, how much longer the flow may take. */
  readonly missing?: MissingProfile;
  readonly levelSeconds: number;
  /** The steps of the critical path, in order: to make the flow faster, make one of these faster. */
  readonly criticalSteps: readonly string[];
}

/** What a flow was compiled to, and why. */
export interface Explanation {
  readonly name: string;
  /** What starts it besides calls, and who is told how its executions end. */
  readonly starts: ExplainedStarts;
  /** What each pass changed, and what that saved. */
  readonly passes: Compiled['passes'];
  readonly tree: ExplainedTree | null;
  readonly times: ExplainedTimes;
  /** The operations that cost a call of their own. */
  readonly operations: readonly ExplainedOperation[];
  readonly budgets: ExplainedBudgets;
  /** What `lint` finds, and costs nothing. */
  readonly harmless: readonly Harmless[];
  readonly limits: readonly UsedLimit[];
  /** The cost per step, predicted and measured, in the order of the steps. */
  readonly costs: readonly CostRow[];
  /** A run as it is predicted, and the means of those that were measured. */
  readonly total: {
    readonly predicted: RunTotal;
    readonly measured?: MeasuredTotal;
  };
}

/** What a whole run takes. */
export interface RunTotal {
  readonly makespanSeconds: number;
  readonly costUsd: number;
}

type MeasuredTotal = RunTotal & Pick<MeasuredRuns, 'source' | 'calls' | 'transitions'>;

/** What to show beside what is predicted. */
export interface ExplainOptions {
  /** Runs that were measured. @default none */
  readonly measured?: MeasuredRuns;
  /** The input of the simulated run. @default the flow's first example, or one made up */
  readonly input?: Json;
  /** The memory of the components' functions, in MB. @default that of a function */
  readonly memorySizes?: () => Promise<(component: string) => number | undefined>;
  /** From when on the next times of its schedules are. @default now */
  readonly now?: Date;
}

/** An explanation, or the failure of the simulated run that it is based on. */
export interface Explained {
  readonly explanation?: Explanation;
  readonly failure?: Simulated['failure'];
}

/** Explains a flow without errors: its arrangement, what the passes saved, how large values may be, how much of each limit is used. */
export async function explain(
  opened: Pick<OpenedFlow, 'source' | 'file' | 'settings' | 'compiled'>,
  { measured, memorySizes, input, now = new Date() }: ExplainOptions = {},
): Promise<Explained> {
  const { settings, compiled } = opened;
  const { profile, ...unmeasuredSettings } = settings;
  const given = input === undefined ? {} : { input };
  const { simulation, failure } = await simulateCompiled(compiled, {
    ...settings,
    ...given,
    ...(memorySizes && { memorySizes }),
  });
  const { flow, plan, budget, stateMachine, nestedMachines } = compiled;
  if (!flow || !plan || !budget || !stateMachine || !simulation) return { ...(failure && { failure }) };
  const unmeasured = profile
    ? await simulateCompiled(compileFlow({ file: flow.file, flow, diagnostics: [] }, { ...settings, profile: {} }), {
        ...settings,
        ...given,
      })
    : undefined;
  const missing = profile ? undefined : await guessProfiles(unmeasuredSettings, compiled, given);
  const budgets = explainBudgets(plan, budget);
  const { makespanSeconds, criticalPathSeconds, levelSeconds, criticalSteps } = simulation;
  const explanation: Explanation = {
    name: compiled.name,
    starts: explainStarts(flow, now),
    passes: compiled.passes,
    tree: explainTree(plan, durationsFrom(profile, compiled.steps.flatMap(membersOf))) ?? null,
    times: {
      measured: profile !== undefined,
      makespanSeconds,
      criticalPathSeconds,
      ...(missing && { missing }),
      withoutProfileSeconds: unmeasured?.simulation?.makespanSeconds ?? makespanSeconds,
      levelSeconds,
      criticalSteps,
    },
    operations: explainOperations(plan),
    budgets,
    costs: costRows(simulation.stepCosts, profile, measured?.steps),
    total: {
      predicted: { makespanSeconds, costUsd: simulation.costUsd },
      ...(measured && { measured: totalOf(measured) }),
    },
    harmless: await harmlessIn(opened),
    limits: explainLimits([stateMachine, ...nestedMachines.map((nested) => nested.stateMachine)], simulation, budgets),
  };
  return { explanation };
}

const totalOf = ({ source, makespanSeconds, costUsd, calls, transitions }: MeasuredRuns): MeasuredTotal => {
  return { source, makespanSeconds, costUsd, calls, transitions };
};
