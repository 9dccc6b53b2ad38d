import type { Flow, Step } from '../../flow/flow.ts';
import { fusedChainName } from '../../protocol/fused-chain-name.ts';
import type { AnalysedSink } from '../analyse/analysis.ts';
import type { StepUses } from '../analyse/graph.ts';
import type { Use } from '../analyse/uses.ts';
import type { DemandClause } from './hoisted-conditions.ts';
import type { PlanTree } from './plan-tree.ts';

/** The flow's output among the readers of a step. */
export const OUTPUT = Symbol('output');

/** One read of a step's result: who reads which slot of it. */
export interface Reading {
  /** A step, a place of hoisted conditions, or the flow's output. */
  readonly reader: string | typeof OUTPUT;
  /** The key of the slot: see `Slots`. */
  readonly key: string;
  /** Set on a read of the whole result that the pass `project-reads` removes when it finds which parts are really read. */
  readonly unread?: true;
}

/** Where a function finds a value that was packed: the step that packed it, and the value's index in its blob. */
export interface PackedValue {
  readonly packer: string;
  readonly index: number;
}

/** Packed values, by the ids of the steps that made them and their slots' keys. */
export type PackedValues = ReadonlyMap<string, ReadonlyMap<string, PackedValue>>;

/** A step that runs, always or sometimes. */
export interface PlannedStep {
  readonly step: Step;
  readonly uses: StepUses;
  /** When its result is needed: whenever one of the clauses holds. Absent: always. */
  readonly demand?: readonly DemandClause[];
  /** Steps that `demand` tests although they run after this one: see {@link findPrecedence}. */
  readonly laterDeciders: ReadonlySet<string>;
  /** The step before it that runs exactly when this one does. Next to that step in a sequence, it needs no guard of its own. */
  readonly follows?: string;
  /** What the flow's output reads and may be missing. The function of the flow's last step checks that it is there. */
  readonly checks?: readonly Use[];
  /** Whether the state machine itself can skip the step. Its component may skip it in any case. */
  readonly maySkip: boolean;
  readonly readings: readonly Reading[];
  /** The values of its input that its function takes from a blob of many. Absent: none. */
  readonly packed?: PackedValues;
  /** The secret variables that its input may contain. */
  readonly secrets: readonly string[];
  /**
   * The last step of a fused chain has the chain's other steps here, in order: its function runs them first. Its `uses` are
   * then those of the whole chain, and its `demand`, `laterDeciders` and `follows` those of the chain's first step.
   */
  readonly fusedBefore?: readonly PlannedStep[];
  /** The plan of the flow that the step runs: of `map`, `eval` and `iterate`. */
  readonly inner?: Plan;
  /** Set on an `iterate` that goes round in executions of its own, because it has too many rounds for the one that it is in. */
  readonly ownExecutions?: true;
  /** Set on a step whose states are in a scope of their own, round which its timeout and its `onError` are: see whole-steps.ts. */
  readonly isWhole?: true;
}

/** The steps that a step's function runs, in order: those of its fused chain, or the step alone. */
export const fusedStepsOf = (planned: PlannedStep): readonly PlannedStep[] => [...(planned.fusedBefore ?? []), planned];

/** The name of the function that a step calls: its component's, or that of its fused chain. */
export const functionOf = (planned: PlannedStep): string =>
  fusedChainName(fusedStepsOf(planned).map(({ step }) => step.component));

/** The keys of the slots that are read of a step's result, each once. */
export const keysOf = ({ readings }: PlannedStep): readonly string[] => [...new Set(readings.map(({ key }) => key))];

/** Which steps run, when each is needed, who reads what of its result, and in which order they run. */
export interface Plan {
  readonly flow: Flow;
  /** By id, each after the steps that it waits for. */
  readonly steps: ReadonlyMap<string, PlannedStep>;
  /** Who reads the hoisted conditions, by the ids of their {@link HoistedConditions}. */
  readonly hoistedConditions: ReadonlyMap<string, readonly Reading[]>;
  /** Absent if no step runs. */
  readonly tree?: PlanTree;
  /** What the output reads; none in a flow without an output. */
  readonly output: readonly Use[];
  /** The results that a flow without an output gives. */
  readonly sinks: readonly AnalysedSink[];
  /** The plan before steps were fused, where some were. */
  readonly unfused?: Plan;
}

/** The steps of a plan, each changed. */
export const mapSteps = (
  steps: Plan['steps'],
  change: (planned: PlannedStep, id: string) => PlannedStep,
): Plan['steps'] => new Map([...steps].map(([id, planned]) => [id, change(planned, id)]));
