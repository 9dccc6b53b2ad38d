import type { StateMachine } from '../asl/state-machine.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostics.ts';
import type { Example, Flow } from '../flow/flow.ts';
import { workflowType } from '../flow/read/aws-metadata.ts';
import { readFlow } from '../flow/read/read-flow.ts';
import type { Json } from '../protocol/json.ts';
import type { InputBudget } from '../runtime/spill/spill-input.ts';
import { analyse } from './analyse/analysis.ts';
import { bindVariables, type SecretUse } from './analyse/variables.ts';
import { checkValues } from './check/given-variables.ts';
import { emitFirstThatFits } from './emit/emit-first-that-fits.ts';
import type { CompiledStep, NestedMachine } from './emit/frame.ts';
import { CHECKED, uncheckedKeywords } from './emit/jsonata/input-check.ts';
import type { Budget } from './emit/sizes/budget.ts';
import type { Limits, Target } from './emit/split/emit-within.ts';
import { optimiseFlow } from './passes/optimise-flow.ts';
import type { PlanPassOptions } from './passes/optimise-plan.ts';
import type { AbsorbedStep, PassOptions, PassReport } from './passes/pass.ts';
import { type Durations, durationsFrom, type Profile } from './plan/durations.ts';
import type { Plan } from './plan/plan.ts';
import { plansToTry } from './plan/plans-to-try.ts';
import { secondsOfCall } from './plan/step-durations.ts';
import { NO_STATES, type SourceMap } from './source-map.ts';

/** What to compile with. */
export interface CompileOptions {
  /** The file's name, for diagnostics. @default 'flow.yaml' */
  readonly file?: string;
  /** Values of the flow's variables; those of secrets go into no state machine. */
  readonly variables?: { readonly [name: string]: Json };
  /** Whether a secret variable has a value where the flow runs; one without any is missing. @default each has one */
  readonly hasSecret?: (secret: SecretUse) => boolean;
  /** Measured seconds of steps and components, by which the steps are arranged. @default every step takes the same */
  readonly profile?: Profile;
  /** Bytes above which a value is spilled to the blob store. @default as many as are sure to fit everywhere */
  readonly spillAbove?: number;
  /** What a state machine may have. @default what AWS lets it have, less a reserve */
  readonly limits?: Limits;
  /** The names of passes that are left out: see docs/compiler.md. @default none */
  readonly without?: readonly string[];
  /** How many steps side by side have to be alike to become a Map. @default 10: see the pass `map-fan-outs` */
  readonly leastFanOut?: number;
  /** The names of passes that run though the flow does not ask for them; `without` wins. @default none */
  readonly with?: readonly string[];
  /**
   * Whether something stands in for a step's component, or it is not the built-in one of that name: no pass does its work
   * then. Steps of flows inside steps go by `RUNNER.ID`. @default none
   */
  readonly opaque?: (step: { readonly id: string; readonly component: string }) => boolean;
  /** Whether something stands in for a step's component, so that it has no function to share. Ids as above. @default none */
  readonly mocked?: NonNullable<CompileOptions['opaque']>;
  /** Told what each pass has made of the flow or its plan, for whoever checks it. @default nobody is told */
  readonly onPass?: PassOptions['onPass'];
}

export type { CompiledStep };

/** A compiled flow. Without `stateMachine` where a diagnostic is an error. */
export interface Compiled {
  readonly name: string;
  /** The flow as written, its variables not yet bound; absent where the text is no flow. */
  readonly flow?: Flow;
  readonly diagnostics: readonly Diagnostic[];
  readonly stateMachine?: StateMachine;
  /** The state machines that this one starts, or one of these another: parts of a flow that is too large for one. */
  readonly nestedMachines: readonly NestedMachine[];
  /** What the state machine was written from: what runs, who reads what, the arrangement. */
  readonly plan?: Plan;
  readonly type: 'STANDARD' | 'EXPRESS';
  /** What each state of these is: its role, its step, its iteration; and how the steps wait for each other. */
  readonly sourceMap: SourceMap;
  /** The steps that have a state of their own, and run always or sometimes. */
  readonly steps: readonly CompiledStep[];
  /** The steps that a pass has made part of others, each after those it was made of. */
  readonly absorbed: readonly AbsorbedStep[];
  /** What each pass did. */
  readonly passes: readonly PassReport[];
  /** What the state machine reads of its input, and how large that may be: see `spillInput`. */
  readonly inputBudget?: InputBudget;
  /** How large the values may be that meet anywhere in the state machine. */
  readonly budget?: Budget;
  /** The flow's input schema, where it has one. */
  readonly inputSchema?: Json;
  readonly examples: readonly Example[];
}

/**
 * Compiles a flow to a state machine. The whole way, one phase a line:
 *
 * ```
 * text ──1 read──▶ Flow ──2 bind──▶ Flow ──3 optimise──▶ Flow ──4 plan──▶ Plan ──5 emit──▶ state machine
 *      YAML, three      variables        passes: the same     what runs, who     JSONata, one variable
 *      dialects made    become values    with fewer           reads what,        a step, one Task a step
 *      one, with places                  functions            series-parallel
 *                                                             tree, by cost;
 *                                                             passes over that
 * ```
 *
 * Where what comes out does not fit into the limits of AWS, the next best plan is emitted: see {@link plansToTry}. With
 * the state machine comes its source map, in which each state says what it is: whoever tells of runs reads it there.
 * What is wrong with the flow is collected in `diagnostics`; nothing is thrown.
 */
export function compile(source: string, options: CompileOptions = {}): Compiled {
  const file = options.file ?? 'flow.yaml';
  // 1. Text to Flow.
  const { flow: written, diagnostics: found } = readFlow(source, file);
  const diagnostics = [...found];
  if (!written || hasError(diagnostics)) return refused(file, written, diagnostics);
  // 2. Variables to values.
  const { variables: values = {}, hasSecret = () => true } = options;
  diagnostics.push(...checkValues(written, values));
  const flow = bindVariables(written, { values, hasSecret, diagnostics });
  if (hasError(diagnostics)) return refused(file, written, diagnostics);
  // 3. Flow to Flow: what reads what, what is wanted when, and the passes that make less of it.
  const analysis = analyse(flow, diagnostics);
  if (!analysis || hasError(diagnostics)) return refused(file, written, diagnostics);
  const passes = { without: new Set(options.without), onPass: options.onPass };
  const optimised = optimiseFlow(analysis, { ...passes, isOpaque: options.opaque });
  // 4. Flow to Plan: reads, arrangement, and the passes over these. The best plan comes first.
  const cost = durationsFrom(options.profile, flow.steps);
  const plans = plansToTry({ analysis, optimised, cost, options: { ...passes, ...planOptions(options) } });
  // 5. Plan to state machine, or to several where one would be too large.
  const made = emitFirstThatFits(plans, targetOf(flow, cost, options));
  reportUnchecked(flow, diagnostics);
  diagnostics.push(...made.diagnostics);
  if (!made.fitting) return refused(file, written, diagnostics);
  const { statesByTree: _, ...emitted } = made.fitting.emitted;
  return { ...outline(written, diagnostics), ...made.fitting.candidate, ...emitted };
}

const planOptions = ({ leastFanOut, mocked, with: requested }: CompileOptions): PlanPassOptions => ({
  leastFanOut,
  isMocked: mocked,
  requested: new Set(requested),
});

const targetOf = (flow: Flow, cost: Durations, { limits, spillAbove }: CompileOptions): Target => ({
  type: workflowType(flow),
  limits,
  spillAbove,
  seconds: (planned) => secondsOfCall(planned, cost),
});

function reportUnchecked({ file, inputSchema, inputSchemaSpan }: Flow, diagnostics: Diagnostic[]): void {
  const keywords = uncheckedKeywords(inputSchema ?? true);
  if (keywords.length === 0 || !inputSchemaSpan) return;
  diagnostics.push(diagnose('unchecked-keyword', { keywords, known: CHECKED }, { file, ...inputSchemaSpan }));
}

const hasError = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ severity }) => severity === 'error');

const refused = (file: string, flow: Flow | undefined, diagnostics: readonly Diagnostic[]): Compiled =>
  flow
    ? { ...outline(flow, diagnostics), ...NOTHING }
    : { name: file, diagnostics, type: 'STANDARD', examples: [], ...NOTHING };

const NOTHING = { nestedMachines: [], sourceMap: NO_STATES, steps: [], absorbed: [], passes: [] } as const;

const inOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column);

type Outline = Pick<Compiled, 'name' | 'flow' | 'diagnostics' | 'type' | 'inputSchema' | 'examples'>;

const outline = (flow: Flow, diagnostics: readonly Diagnostic[]): Outline => ({
  name: flow.name,
  flow,
  diagnostics: inOrder(diagnostics),
  type: workflowType(flow),
  ...(flow.inputSchema !== undefined && { inputSchema: flow.inputSchema }),
  examples: flow.examples,
});
