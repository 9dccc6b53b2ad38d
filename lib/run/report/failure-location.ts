import type { Compiled } from '../../compiler/compile.ts';
import type { Plan } from '../../compiler/plan/plan.ts';
import type { Span } from '../../diagnostics/diagnostics.ts';
import type { Expression } from '../../flow/expression.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import { type Reader, readerIn } from '../../protocol/failure-place.ts';
import { parsePath, type Segment } from '../../protocol/path.ts';
import type { ErrorData, FlowResult, SourceLocation } from './events.ts';

/**
 * The result with the place in the flow where it failed: of the value in the step's input that is missing or does not fit,
 * else of the step, else of the output that could not be evaluated. A failure with a stack has its place in the component.
 */
export function locateFailure(result: FlowResult, { flow, plan }: Pick<Compiled, 'flow' | 'plan'>): FlowResult {
  if (result.outcome !== 'failed' || !flow || result.error.data?.stack) return result;
  const span = spanOfFailure(result.error, flow, plan);
  if (!span) return result;
  const place: SourceLocation = { file: flow.file, line: span.line, column: span.column };
  return { ...result, error: { ...result.error, place } };
}

function spanOfFailure(
  { code, message, data }: { readonly code: string; readonly message: string; readonly data?: ErrorData },
  flow: Flow,
  plan: Plan | undefined,
): Span | undefined {
  const reader = code === 'EXPRESSION_FAILURE' ? readerIn(message) : undefined;
  if (!data) return code === 'EXPRESSION_FAILURE' ? spanOfReader(reader ?? { part: 'output' }, flow.output) : undefined;
  const found = stepAt(data.step, flow, plan);
  if (!found) return undefined;
  const { step, inner } = found;
  // A fault in the output of the flow that a step runs is that step's.
  const read = reader && spanOfReader(reader, inner?.flow.output, step);
  return read ?? spanOfField(data.field, step.input) ?? step.idSpan;
}

function spanOfReader({ part, field }: Reader, output: Expression | undefined, step?: Step): Span | undefined {
  const expressions = {
    output,
    input: step?.input,
    skipIf: step?.skipIf,
    default: step?.onError.action === 'useDefault' ? step.onError.value : undefined,
  };
  const expression = expressions[part];
  return expression && spanOfField(field ?? '$', expression);
}

interface FoundStep {
  readonly step: Step;
  /** The flow that it runs, as far as it is known. */
  readonly inner?: Plan | undefined;
}

/** A step by its id, or the innermost step around it that is known: the id `each.load` is that of `load` in the flow of `each`. */
function stepAt(id: string, flow: Flow, plan: Plan | undefined): FoundStep | undefined {
  const own = flow.steps.find((step) => step.id === id);
  if (own) return { step: own, inner: plan?.steps.get(id)?.inner };
  for (const step of flow.steps) {
    if (!id.startsWith(`${step.id}.`)) continue;
    const inner = plan?.steps.get(step.id)?.inner;
    return (inner && stepAt(id.slice(step.id.length + 1), inner.flow, inner)) ?? { step, inner };
  }
  return undefined;
}

function spanOfField(field: string | undefined, input: Expression): Span | undefined {
  if (field === undefined) return undefined;
  const path = parsePath(field);
  return 'error' in path ? input.span : deepest(input, path.segments).span;
}

/** The expression at a path, as far as it is written out. */
function deepest(expression: Expression, [segment, ...rest]: readonly Segment[]): Expression {
  const inside = segment === undefined ? undefined : childAt(expression, segment);
  return inside ? deepest(inside, rest) : expression;
}

function childAt(expression: Expression, segment: Segment): Expression | undefined {
  if (expression.kind === 'list') return typeof segment === 'number' ? expression.items[segment] : undefined;
  const entries = expression.kind === 'map' || expression.kind === 'literal' ? expression.entries : undefined;
  return entries?.find(({ key }) => key === segment)?.value;
}
