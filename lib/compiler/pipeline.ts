import type { StateMachine } from '../asl/state-machine.ts';
import { type Diagnostic, diagnose, hasError } from '../diagnostics/diagnostics.ts';
import type { Example, Flow } from '../flow/flow.ts';
import { flowConcurrency, workflowType } from '../flow/read/aws-metadata.ts';
import type { ReadFlow } from '../flow/read/read-flow-tree.ts';
import type { Json } from '../protocol/json.ts';
import { MIN_SHARE } from '../runtime/spill/spill.ts';
import type { InputBudget } from '../runtime/spill/spill-input.ts';
import { type Analysis, analyse } from './analyse/analysis.ts';
import { lowerOperations } from './analyse/lower-operations.ts';
import { reportUnknownSteps } from './analyse/unknown-steps.ts';
import { bindVariables, type SecretUse } from './analyse/variables.ts';
import { emitFirstThatFits } from './emit/emit-first-that-fits.ts';
import type { CompiledStep, NestedMachine } from './emit/frame.ts';
import { CHECKED, uncheckedKeywords } from './emit/jsonata/input-check.ts';
import { isExactOnMarkers } from './emit/jsonata/operations.ts';
import type { Budget } from './emit/sizes/budget.ts';
import type { Limits, Target } from './emit/split/emit-within.ts';
import { type OptimisedFlow, optimiseFlow } from './passes/optimise-flow.ts';
import type { PlanPassOptions } from './passes/optimise-plan.ts';
import type { AbsorbedStep, PassOptions, PassReport } from './passes/pass.ts';
import { type Durations, durationsFrom, type Profile } from './plan/durations.ts';
import type { Plan } from './plan/plan.ts';
import { plansToTry } from './plan/plans-to-try.ts';
import { secondsOfCall } from './plan/step-durations.ts';
import { NO_STATES, type SourceMap } from './source-map.ts';
import type { CompiledTrigger } from './triggers/entry-machine.ts';

/** What to compile with. */
export interface CompileOptions {
  /** The file's name, for diagnostics. @default 'flow.yaml' */
  readonly file?: string;
  /** Values of the flow's variables. Those of secrets never enter the state machine. */
  readonly variables?: { readonly [name: string]: Json };
  /** Whether a secret variable has a value where the flow runs. One without a value is missing there. @default each has one */
  readonly hasSecret?: (secret: SecretUse) => boolean;
  /** Measured durations of steps and components, by which the steps are arranged. @default all steps take equally long */
  readonly profile?: Profile;
  /** Bytes above which a value is spilled to the blob store. @default the most that is certain to fit everywhere */
  readonly spillAbove?: number;
  /** The limits of a state machine. @default those of AWS, less a reserve */
  readonly limits?: Limits;
  /**
   * How many calls of functions an execution may make at once, as far as Maps make them, where steps do not say it with
   * `max_concurrency`. @default `metadata.aws.maxConcurrency` of the flow, else 200 by the items of a map, and 1,000 in all
   */
  readonly maxConcurrency?: number;
  /** The names of passes to leave out: see docs/compiler.md. @default none */
  readonly without?: readonly string[];
  /** The least number of similar parallel steps that become a Map. @default 10: see the pass `map-fan-outs` */
  readonly leastFanOut?: number;
  /** The names of passes to run although the flow does not ask for them; `without` takes precedence. @default none */
  readonly with?: readonly string[];
  /**
   * Whether a step's component is mocked, or a built-in component is replaced by one of the project's own: no pass then does
   * its work. A step of an inner flow has the id `RUNNER.ID`. @default none is
   */
  readonly opaque?: (step: { readonly id: string; readonly component: string }) => boolean;
  /** Whether a step's component is mocked: its function cannot be shared, and it runs no flow. Ids as above. @default none is */
  readonly mocked?: NonNullable<CompileOptions['opaque']>;
  /** Whether a step's component is one of the project's own that has the name of a built-in one. Ids as above. @default none is */
  readonly replaced?: NonNullable<CompileOptions['opaque']>;
  /** Whether the flow is to be run by a function, which a step that waits for an answer outlives. @default false */
  readonly inFunction?: boolean;
  /** Called with what each pass made of the flow or its plan, to check it. @default not called */
  readonly onPass?: PassOptions['onPass'];
}

export type { CompiledStep };

/** A compiled flow. Without a `stateMachine` if a diagnostic is an error. */
export interface Compiled {
  readonly name: string;
  /** The flow as written, its variables not yet bound; absent if the text is not a flow. */
  readonly flow?: Flow;
  /** In the order of their places in the file. */
  readonly diagnostics: readonly Diagnostic[];
  readonly stateMachine?: StateMachine;
  /** The state machines that this one starts, directly or through others: parts of a flow that is too large for one. */
  readonly nestedMachines: readonly NestedMachine[];
  /** The plan that the state machine was emitted from. */
  readonly plan?: Plan;
  readonly type: 'STANDARD' | 'EXPRESS';
  /** What each state of all these state machines is for, and how the steps are arranged. */
  readonly sourceMap: SourceMap;
  /** The steps that have a state of their own. */
  readonly steps: readonly CompiledStep[];
  /** The steps that a pass made part of others, each after its sources. */
  readonly absorbed: readonly AbsorbedStep[];
  /** What each pass did. */
  readonly passes: readonly PassReport[];
  /** What the state machine reads of its input, and how large each value of it may be: see `spillInput`. */
  readonly inputBudget?: InputBudget;
  /** How large each value may be wherever values share a payload. */
  readonly budget?: Budget;
  readonly inputSchema?: Json;
  readonly examples: readonly Example[];
  /** What starts the flow: a state machine for each trigger. Absent where it has none. */
  readonly triggers?: readonly CompiledTrigger[];
}

/**
 * Compiles a flow that has been read to a state machine. The pipeline; this function calls its phases after the first:
 *
 * ```
 * text ──1 read──▶ Flow ──2 bind──▶ Flow ──3 optimise──▶ Flow ──4 plan──▶ Plan ──5 emit──▶ state machine
 *      YAML, three      variables        passes: the same     who reads what,    JSONata; one Task
 *      dialects made    become values    with fewer           series-parallel    state and one
 *      one, with                         functions            tree, by           variable a step;
 *      positions                                              durations; passes  the source map
 * ```
 *
 * What the compiler finds out about a flow on the way:
 *
 * - **Uses** (`analyse/`): each reference to a step's result, the flow's input or a variable, and its *gates*: the conditions
 *   of `$if`, `$coalesce` and `skipIf` under which it is evaluated. Uses of results are the edges of the graph of steps.
 * - **Demand** (`analyse/`): under which gates anything needs a step's result. It propagates from the output against the
 *   edges. Before a step that is not always needed, or that may be skipped, a *guard* decides whether it runs: a Choice state.
 *   All conditions are one graph; one that several guards are made of is *hoisted*: evaluated once, before all of them.
 * - **Readings** (`plan/`): which paths of a step's result are read, and by whom. Its function returns only these, each in a
 *   *slot*.
 * - **Arrangement** (`arrange/`): the graph as a tree of sequences and parallels, whose makespan exceeds the graph's critical
 *   path as little as possible.
 * - **Budget** (`emit/sizes/`): how large a value may be wherever values share a payload of limited size. A larger one is
 *   *spilled*: it travels as a marker, and the blob store has its content.
 *
 * Inner flows, those that the steps `map`, `eval` and `iterate` run, have an analysis and a plan of their own, and become
 * states of the same state machine.
 *
 * Passes (`passes/`) make a step part of another's expression or function (it is *absorbed*), a chain of steps one function
 * (*fused*), or similar parallel steps one Map (a *fan-out*). Where what they join does not fit within a limit of AWS,
 * {@link plansToTry} gives plans without them to fall back on. A flow that is too large for one state machine becomes several,
 * nested in each other.
 *
 * The source map says what each state is for. Reports of runs, mocks and the simulator rely on it alone. Whatever is wrong
 * with the flow is collected in `diagnostics`; nothing is thrown.
 *
 * `found` is what the values of the flow's variables are to be refused for. The check of them is not part of the pipeline: a
 * function that compiles a flow at run time needs it, and the library it takes, only where the flow has variables.
 */
export function compileRead(
  { file, flow: written, stepIds, diagnostics: reading }: ReadFlow,
  options: Omit<CompileOptions, 'file'>,
  found: readonly Diagnostic[],
): Compiled {
  const diagnostics = [...reading];
  if (!written || hasError(diagnostics)) return refused(file, written, withUnknownSteps(written, stepIds, diagnostics));
  // 2. Variables to values.
  const { variables: values = {}, hasSecret = () => true } = options;
  diagnostics.push(...found);
  const flow = bindVariables(written, { values, hasSecret, diagnostics });
  if (hasError(diagnostics)) return refused(file, written, withUnknownSteps(flow, stepIds, diagnostics));
  // 3. Flow to Flow: uses and demand, and the passes that simplify the flow by them.
  const { mocked: isMocked, replaced: isReplaced, inFunction } = options;
  const analysis = analyse(flow, diagnostics, { isMocked, isReplaced, inFunction });
  if (!analysis || hasError(diagnostics)) return refused(file, written, diagnostics);
  const passes = { without: new Set(options.without), onPass: options.onPass };
  const optimised = optimiseFlow(analysis, { ...passes, isOpaque: options.opaque });
  const asWritten = lowered(analysis, options, diagnostics);
  if (!asWritten) return refused(file, written, diagnostics);
  // 4. Flow to Plan: readings and arrangement, and the passes that simplify the plan. The best plan comes first.
  const durations = durationsFrom(options.profile, flow.steps);
  const plans = plansToTry({
    analysis: asWritten,
    optimised: loweredOptimised(optimised, options) ?? { analysis: asWritten, passes: [], absorbed: [] },
    durations,
    options: { ...passes, ...planOptions(options) },
  });
  // 5. Plan to state machine, or to several if one would be too large.
  const { fitting, diagnostics: emitting } = emitFirstThatFits(plans, targetOf(flow, durations, options));
  reportUncheckedKeywords(flow, diagnostics);
  diagnostics.push(...emitting);
  if (!fitting) return refused(file, written, diagnostics);
  const { statesByTree: _, ...emitted } = fitting.emitted;
  return { ...outline(written, diagnostics), ...fitting.candidate, ...emitted };
}

/** Unknown steps are also reported of a flow that is analysed no further, unless a step may be missing from `known`. */
function withUnknownSteps(
  flow: Flow | undefined,
  known: ReadonlySet<string> | undefined,
  diagnostics: Diagnostic[],
): readonly Diagnostic[] {
  if (flow && known) reportUnknownSteps(flow, known, diagnostics);
  return diagnostics;
}

/** The flow with each operation in the place that does it; undefined, with a diagnostic, where none can. */
const lowered = (
  analysis: Analysis,
  { spillAbove = MIN_SHARE }: CompileOptions,
  diagnostics: Diagnostic[],
): Analysis | undefined =>
  lowerOperations(analysis, (operation) => isExactOnMarkers(operation, Math.min(spillAbove, MIN_SHARE)), diagnostics);

/** Undefined where no place can do an operation after the passes: the flow is then compiled without them. */
function loweredOptimised(optimised: OptimisedFlow, options: CompileOptions): OptimisedFlow | undefined {
  const analysis = lowered(optimised.analysis, options, []);
  return analysis && { ...optimised, analysis };
}

const planOptions = ({ leastFanOut, mocked, with: requested }: CompileOptions): PlanPassOptions => ({
  leastFanOut,
  isMocked: mocked,
  requested: new Set(requested),
});

const targetOf = (
  flow: Flow,
  durations: Durations,
  { limits, spillAbove, maxConcurrency }: CompileOptions,
): Target => ({
  type: workflowType(flow),
  limits,
  spillAbove,
  maxConcurrency: maxConcurrency ?? flowConcurrency(flow),
  seconds: (planned) => secondsOfCall(planned, durations),
});

/** Warns of keywords of the input schema that the state machine does not check. */
function reportUncheckedKeywords({ file, inputSchema, inputSchemaSpan }: Flow, diagnostics: Diagnostic[]): void {
  const keywords = uncheckedKeywords(inputSchema ?? true);
  if (keywords.length === 0 || !inputSchemaSpan) return;
  diagnostics.push(diagnose('unchecked-keyword', { keywords, known: CHECKED }, { file, ...inputSchemaSpan }));
}

/** The result for a flow with an error; `flow` is absent if the text is not a flow. */
const refused = (file: string, flow: Flow | undefined, diagnostics: readonly Diagnostic[]): Compiled =>
  flow
    ? { ...outline(flow, diagnostics), ...NOTHING_EMITTED }
    : { name: file, diagnostics, type: 'STANDARD', examples: [], ...NOTHING_EMITTED };

const NOTHING_EMITTED = { nestedMachines: [], sourceMap: NO_STATES, steps: [], absorbed: [], passes: [] } as const;

const byPosition = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column);

/** What is known of a flow without compiling it. */
type Outline = Pick<Compiled, 'name' | 'flow' | 'diagnostics' | 'type' | 'inputSchema' | 'examples'>;

const outline = (flow: Flow, diagnostics: readonly Diagnostic[]): Outline => ({
  name: flow.name,
  flow,
  diagnostics: byPosition(diagnostics),
  type: workflowType(flow),
  ...(flow.inputSchema !== undefined && { inputSchema: flow.inputSchema }),
  examples: flow.examples,
});
