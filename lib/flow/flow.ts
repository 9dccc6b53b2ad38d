import type { Span } from '../diagnostics/diagnostics.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { AttachedWork } from '../protocol/invocation.ts';
import type { Json } from '../protocol/json.ts';
import { type Expression, mapOrSame, type ReadPath } from './expression.ts';
import type { Tree } from './text/tree.ts';
import type { CompletionTargets, Trigger } from './triggers/trigger.ts';

/** What happens if a step's component fails. */
export type OnError =
  | { readonly action: 'fail' }
  | { readonly action: 'skip' }
  | { readonly action: 'useDefault'; readonly value: Expression }
  | Retrying;

/** The component is called again. */
export interface Retrying {
  readonly action: 'retry';
  readonly maxRetries: number;
  /** Seconds before the first retry, a whole number from 1. @default 1, shortened at random */
  readonly delay?: number;
  /** What each delay is multiplied with for the next one, from 1. @default 2 */
  readonly backoff?: number;
  /** The codes of the failures after which it is called again. @default all */
  readonly on?: readonly ErrorCode[];
}

/** A step in the `after` of another one, which starts when this one has ended or was skipped, and reads nothing of it. */
export interface Preceding {
  readonly step: string;
  readonly span: Span;
}

/** A step: one call of a component. */
export interface Step {
  readonly id: string;
  readonly component: string;
  readonly input: Expression;
  readonly skipIf?: Expression;
  readonly onError: OnError;
  readonly mustExecute: boolean;
  /** The steps that it comes after without reading them; at least one. @default none */
  readonly after?: readonly Preceding[];
  /** Seconds after which it fails with TIMEOUT, above 0. @default those of its component */
  readonly timeout?: number;
  readonly inputSchema?: Json;
  readonly outputSchema?: Json;
  readonly metadata?: Json;
  /** Set for a step whose component waits for an answer: its function only asks. See lib/protocol/waiting.ts. */
  readonly waits?: true;
  /** Set for a step that the compiler added: it is not written in the flow, and reports leave it out. */
  readonly added?: true;
  /** The step whose work an added step does; absent for one that does work of several, or of the flow's output. */
  readonly addedFor?: string;
  /** Work of other steps that the function of this one does. */
  readonly attachedWork?: readonly AttachedWork[];
  readonly idSpan: Span;
  readonly componentSpan: Span;
}

/** A flow as written, with all dialects normalised. */
export interface Flow {
  readonly file: string;
  readonly name: string;
  readonly description?: string;
  readonly version?: string;
  readonly steps: readonly Step[];
  readonly output?: Expression;
  /** Seconds after which a run of the flow fails with TIMEOUT, above 0. @default as long as AWS allows */
  readonly timeout?: number;
  readonly timeoutSpan?: Span;
  /** The results of a flow without an output, set by passes that would change them otherwise. */
  readonly sinks?: readonly Sink[];
  /** Paths of the input that passes require: if one is missing, the flow fails before any step starts. */
  readonly requires?: readonly RequiredInput[];
  /** Lazy: only steps that something needs run. Eager: every step runs. */
  readonly evaluation: 'lazy' | 'eager';
  readonly inputSchema?: Json;
  /** The position of the input schema. */
  readonly inputSchemaSpan?: Span;
  readonly outputSchema?: Json;
  readonly variablesSchema?: Json;
  readonly variables: { readonly [name: string]: Json };
  /** The position of each variable: of its value, or else of its declaration, or else of its name among those that are required. */
  readonly variableSpans: ReadonlyMap<string, Span>;
  readonly examples: readonly Example[];
  /** For an inner flow: the flow whose step runs it. It sees nothing of that one. */
  readonly outer?: Flow;
  /** For an inner flow: the id of the step that runs it. */
  readonly runner?: string;
  readonly test?: Json;
  readonly metadata?: Json;
  /** What starts it besides a call. Only of a flow that is a file. @default nothing */
  readonly triggers?: readonly Trigger[];
  /** Who is told how its executions end. Only of a flow that is a file. @default nobody */
  readonly completion?: CompletionTargets;
}

/** One result of a flow without an output, by step; missing if the step is skipped. */
export interface Sink {
  readonly id: string;
  readonly value: Expression;
}

/** A required path of the input, and the step that reads it. */
export interface RequiredInput {
  readonly path: ReadPath;
  readonly step: string;
}

/** An example input of the flow. */
export interface Example {
  readonly name?: string;
  readonly description?: string;
  readonly input: Json;
  /** The input as it is written, with positions. */
  readonly tree: Tree;
}

/** What a flow is called in messages: an inner one by the step that runs it. */
export const flowCalled = ({ runner }: Pick<Flow, 'runner'>): string =>
  runner === undefined ? 'the flow' : `the flow of step "${runner}"`;

/** The ids of the steps in the `after` of a step. */
export const afterOf = ({ after = [] }: Pick<Step, 'after'>): readonly string[] => after.map(({ step }) => step);

/** The top-level expressions of a step. */
export const expressionsOf = ({ input, skipIf, onError }: Step): readonly Expression[] => [
  input,
  ...(skipIf ? [skipIf] : []),
  ...(onError.action === 'useDefault' ? [onError.value] : []),
];

/** Maps {@link expressionsOf} a step. Returns the same object if none changes. */
export function mapStep(step: Step, change: (expression: Expression) => Expression): Step {
  const input = change(step.input);
  const skipIf = step.skipIf && change(step.skipIf);
  const onError = mapOnError(step.onError, change);
  if (input === step.input && skipIf === step.skipIf && onError === step.onError) return step;
  return { ...step, input, onError, ...(skipIf && { skipIf }) };
}

function mapOnError(onError: OnError, change: (expression: Expression) => Expression): OnError {
  if (onError.action !== 'useDefault') return onError;
  const value = change(onError.value);
  return value === onError.value ? onError : { ...onError, value };
}

/** The top-level expressions of a flow: of its steps, its output, and its sinks. */
export const expressionsIn = ({ steps, output, sinks = [] }: Flow): readonly Expression[] => [
  ...steps.flatMap(expressionsOf),
  ...(output ? [output] : []),
  ...sinks.map(({ value }) => value),
];

/** Maps {@link expressionsIn} a flow. */
export function mapFlow(flow: Flow, change: (expression: Expression) => Expression): Flow {
  const { steps, output, sinks } = flow;
  return {
    ...flow,
    steps: mapOrSame(steps, (step) => mapStep(step, change)),
    ...(output && { output: change(output) }),
    ...(sinks && { sinks: mapOrSame(sinks, (sink) => mapSink(sink, change)) }),
  };
}

function mapSink(sink: Sink, change: (expression: Expression) => Expression): Sink {
  const value = change(sink.value);
  return value === sink.value ? sink : { ...sink, value };
}
