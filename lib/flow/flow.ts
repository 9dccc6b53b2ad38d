import type { Span } from '../diagnostics/diagnostics.ts';
import type { AttachedWork } from '../protocol/invocation.ts';
import type { Json } from '../protocol/json.ts';
import { type Expression, mapOrSame, type ReadPath } from './expression.ts';

/** What happens where a step's component fails. */
export type OnError =
  | { readonly action: 'fail' }
  | { readonly action: 'skip' }
  | { readonly action: 'useDefault'; readonly value: Expression }
  | { readonly action: 'retry'; readonly maxRetries: number };

/** A step: one call of a component. */
export interface Step {
  readonly id: string;
  readonly component: string;
  readonly input: Expression;
  readonly skipIf?: Expression;
  readonly onError: OnError;
  readonly mustExecute: boolean;
  readonly inputSchema?: Json;
  readonly outputSchema?: Json;
  readonly metadata?: Json;
  /** Not written in the flow: the compiler added it, and no report names it. */
  readonly added?: true;
  /** Steps that the compiler has made part of this one's function. */
  readonly attachedWork?: readonly AttachedWork[];
  readonly idSpan: Span;
  readonly componentSpan: Span;
}

/** A flow as written, all dialects made one. */
export interface Flow {
  readonly file: string;
  readonly name: string;
  readonly description?: string;
  readonly version?: string;
  readonly steps: readonly Step[];
  readonly output?: Expression;
  /** The results of a flow without an output, where the compiler says of what they are made. */
  readonly sinks?: readonly Sink[];
  /** Paths of the input without which the flow fails before any step starts: the compiler's own. */
  readonly requires?: readonly RequiredInput[];
  /** Lazy: only what is wanted runs. Eager: every step runs. */
  readonly evaluation: 'lazy' | 'eager';
  readonly inputSchema?: Json;
  /** Where the input schema stands. */
  readonly inputSchemaSpan?: Span;
  readonly outputSchema?: Json;
  readonly variablesSchema?: Json;
  readonly variables: { readonly [name: string]: Json };
  /** Where each variable has its value, or else is declared. */
  readonly variableSpans: ReadonlyMap<string, Span>;
  readonly examples: readonly Example[];
  readonly test?: Json;
  readonly metadata?: Json;
}

/** What a flow without an output gives for one of its steps; nothing where that is skipped. */
export interface Sink {
  readonly id: string;
  readonly value: Expression;
}

/** A path of the input that must be there, and the step that reads it. */
export interface RequiredInput {
  readonly path: ReadPath;
  readonly step: string;
}

/** An input that shows the flow at work. */
export interface Example {
  readonly name?: string;
  readonly description?: string;
  readonly input: Json;
}

/** The expressions of a step, none of which is part of another. */
export const expressionsOf = ({ input, skipIf, onError }: Step): readonly Expression[] => [
  input,
  ...(skipIf ? [skipIf] : []),
  ...(onError.action === 'useDefault' ? [onError.value] : []),
];

/** A step with each of {@link expressionsOf} changed as a whole; the same object where none is. */
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

/** The expressions of a flow, none of which is part of another: of its steps, its output, its results without one. */
export const expressionsIn = ({ steps, output, sinks = [] }: Flow): readonly Expression[] => [
  ...steps.flatMap(expressionsOf),
  ...(output ? [output] : []),
  ...sinks.map(({ value }) => value),
];

/** A flow with each of {@link expressionsIn} changed as a whole. */
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
