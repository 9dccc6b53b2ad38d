import { builtinOf } from '../compiler/analyse/builtins.ts';
import { OPERANDS } from '../compiler/analyse/lower-operations.ts';
import { stepsReadBy } from '../compiler/analyse/uses.ts';
import type { Plan, PlannedStep } from '../compiler/plan/plan.ts';
import { allWithin, type Expression } from '../flow/expression.ts';
import { parseSlotKey } from '../protocol/invocation.ts';
import { isOperationText } from '../protocol/operation.ts';
import { parseJoined } from '../protocol/path.ts';
import { operationInWords } from '../protocol/path-words.ts';

/** An operation that a call of its own does, which the compiler added. */
export interface ExplainedOperation {
  /** The id of the added step, with those of the steps whose inner flows it is in. */
  readonly id: string;
  /** The step that reads what it gives, or `output`. */
  readonly for: string;
  /** In words: `$gt of age of "load" and limit of the input`. */
  readonly operation: string;
  /** Why it costs a call. */
  readonly why: string;
  /** How to do without the call. */
  readonly instead: string;
}

/** The operations of a plan and of its inner flows for which a step was added. */
export function explainOperations(plan: Plan, prefix = ''): readonly ExplainedOperation[] {
  return [...plan.steps].flatMap(([id, planned]) => [
    ...(isForOperation(planned) ? [explained(planned, plan, prefix)] : []),
    ...(planned.inner ? explainOperations(planned.inner, `${prefix}${id}.`) : []),
  ]);
}

const isForOperation = ({ step }: PlannedStep): boolean => step.added === true && step.component === OPERANDS;

/** What an added step does, in words; undefined for any other step. */
export function workOf(planned: PlannedStep): string | undefined {
  if (!isForOperation(planned)) return undefined;
  const { input } = planned.step;
  const given = input.kind === 'operation' ? input.operands.map(operandInWords) : [];
  const texts = new Set(planned.readings.map(({ key }) => parseSlotKey(key).path).filter(isOperationText));
  const operations = [...texts].flatMap((text) => {
    const parsed = parseJoined(text);
    return 'operation' in parsed && parsed.operation ? [operationInWords(parsed.operation, given)] : [];
  });
  return operations.join(', ');
}

function operandInWords(operand: Expression): string {
  if (operand.kind === 'step' || operand.kind === 'input') {
    const { text, path } = operand.path;
    const of = operand.kind === 'step' ? `"${operand.step}"` : 'the input';
    if (path.operation) return `(${operationInWords(path.operation)}) of ${of}`;
    return text === '$' ? (operand.kind === 'step' ? `the result of ${of}` : of) : `${text} of ${of}`;
  }
  const steps = stepsReadBy(operand).map((id) => `"${id}"`);
  return steps.length > 0 ? `a value made of ${steps.join(' and ')}` : 'a value made of others';
}

function explained(planned: PlannedStep, plan: Plan, prefix: string): ExplainedOperation {
  const { step } = planned;
  const reader = step.addedFor === undefined ? undefined : plan.steps.get(step.addedFor)?.step;
  const steps = [...new Set(stepsReadBy(step.input))];
  const sources = [
    ...steps.map((id) => `"${id}"`),
    ...(allWithin(step.input).some(({ kind }) => kind === 'input') ? ['the input'] : []),
  ];
  return {
    id: prefix + step.id,
    for: step.addedFor === undefined ? 'output' : prefix + step.addedFor,
    operation: workOf(planned) ?? '',
    why: reasonFor(sources, plan.steps.get(steps[0] ?? '')),
    instead:
      reader && !builtinOf(reader)
        ? `Without the call: let the component of "${reader.id}" decide it by its input, or return it from one that reads all of them.`
        : 'Without the call: return it from a component that reads all of them.',
  };
}

function reasonFor(sources: readonly string[], only: PlannedStep | undefined): string {
  if (sources.length > 1) return `its operands come from ${sources.join(' and ')}, and no function has them all`;
  if (only && builtinOf(only.step))
    return `"${only.step.id}" has no function that does it, and the state machine may have only the id of a blob of its result`;
  return 'its operands are made of other values, which the state machine may have only the ids of blobs of';
}
