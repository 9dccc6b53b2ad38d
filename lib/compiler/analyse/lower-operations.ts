import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import {
  allWithin,
  type Expression,
  type InputReference,
  literal,
  mapChildren,
  type OperationExpression,
  type ReadPath,
  type StepReference,
} from '../../flow/expression.ts';
import { expressionsIn, type Flow, mapStep, type Step } from '../../flow/flow.ts';
import { formatPath } from '../../protocol/describe.ts';
import type { Json } from '../../protocol/json.ts';
import { type Operand, type Operation, operationText } from '../../protocol/operation.ts';
import { operationAt } from '../../protocol/operation-at.ts';
import { type Operator, operate } from '../../protocol/operators.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { bytesOfKeys } from '../emit/sizes/fixed-bytes.ts';
import { type Analysis, analyse } from './analysis.ts';
import { builtinOf } from './builtins.ts';
import { inputPathOf } from './given-variables.ts';

/** The built-in component whose input is the operands of an operation that no other function can do. */
export const OPERANDS = '/builtin/operands';

/**
 * Rewrites an analysed flow and its inner flows so that each operation is done where its operands are, whatever their size:
 *
 * - in the input of a function, by that function;
 * - of one step's result and constants, by the function that makes the result: a reference to the step then reads what the
 *   operation gives, as a path of the result;
 * - of the flow's input, what is given to its variables and constants, by the state machine: likewise a path of the input;
 * - whether values of different steps are equal, by the state machine, by what they are compared by: see `outlineOf`;
 * - all others by a function of their own, and those on one step's result that give more together than a payload has room for:
 *   a step is added that takes the operands.
 *
 * `isExact`: whether the state machine does an operation on a step's result exactly, although it may have only a marker of it.
 * Undefined, with a diagnostic, where whether a step has to run depends on an operation on its own result.
 */
export function lowerOperations(
  analysis: Analysis,
  isExact: (operation: Operation) => boolean,
  diagnostics: Diagnostic[],
): Analysis | undefined {
  const inner = new Map<string, Analysis>();
  for (const [id, written] of analysis.inner) {
    const own = lowerOperations(written, isExact, diagnostics);
    if (!own) return undefined;
    inner.set(id, own);
  }
  const isInnerSame = [...inner].every(([id, own]) => own === analysis.inner.get(id));
  const hasOperation = expressionsIn(analysis.flow).some((one) => allWithin(one).some(isOperation));
  if (isInnerSame && !hasOperation) return analysis;
  const flow = hasOperation ? new Lowering(analysis.flow, isExact).flow() : analysis.flow;
  const { inputSecrets, sinks } = analysis;
  // Steps that are added are no results of the flow.
  const results = flow.output || flow.sinks ? flow : { ...flow, sinks: sinks.map(({ id, value }) => ({ id, value })) };
  const found: Diagnostic[] = [];
  const lowered = analyse(results, found, { inputSecrets, inner });
  // All else has been found before.
  if (!lowered) diagnostics.push(...found.filter(({ severity }) => severity === 'error'));
  return lowered;
}

const isOperation = (expression: Expression): expression is OperationExpression => expression.kind === 'operation';

/** Where a value is made: by a function that does the operations in it, or by the state machine. */
type Place = 'function' | 'states';

/** An operation whose operands are parts of one value, and where that comes from; constants come from nowhere. */
interface Gathered {
  readonly operand: Operand;
  readonly source: Source | undefined;
}

/** The flow's input, or a step's result, and its replacement if the step was skipped. */
type Source = { readonly kind: 'input' } | { readonly kind: 'step'; readonly step: string };

/** Bytes that what operations give may take of the variable of a step's result; of more, functions are given the operands. */
const ANSWERS_BYTES = Math.floor(QUOTAS.payload / 2);

class Lowering {
  readonly #flow: Flow;
  readonly #isExact: (operation: Operation) => boolean;
  readonly #steps: ReadonlyMap<string, Step>;
  readonly #ids: Set<string>;
  readonly #added: Step[] = [];
  /** The operations that each step's result has to answer, and the bytes that the answers may take together. */
  readonly #answered = new Map<string, { bytes: number; readonly texts: Set<string> }>();
  /** The step whose expression is being rewritten; undefined for the output. */
  #reader: Step | undefined;

  constructor(flow: Flow, isExact: (operation: Operation) => boolean) {
    this.#flow = flow;
    this.#isExact = isExact;
    this.#steps = new Map(flow.steps.map((step) => [step.id, step]));
    this.#ids = new Set(this.#steps.keys());
  }

  flow(): Flow {
    const steps = this.#flow.steps.map((step) => this.#step(step));
    this.#reader = undefined;
    const { output, sinks } = this.#flow;
    const results = {
      ...(output && { output: this.#lower(output, 'states') }),
      ...(sinks && { sinks: sinks.map((sink) => ({ ...sink, value: this.#lower(sink.value, 'states') })) }),
    };
    return { ...this.#flow, ...results, steps: [...steps, ...this.#added] };
  }

  #step(step: Step): Step {
    this.#reader = step;
    const place: Place = builtinOf(step) ? 'states' : 'function';
    return mapStep(step, (expression) => this.#lower(expression, expression === step.input ? place : 'states'));
  }

  #lower(expression: Expression, place: Place): Expression {
    if (!isOperation(expression)) {
      // What is only tested is never made by the function.
      return mapChildren(expression, (child, role) =>
        this.#lower(child, role === 'condition' || role === 'item' ? 'states' : place),
      );
    }
    const gathered = this.#gather(expression);
    if (gathered && 'operator' in gathered.operand) {
      const isMadeThere =
        place === 'states' || (gathered.source?.kind === 'step' && gathered.operand.operator !== 'concat');
      const reference = isMadeThere ? this.#reference(gathered.operand, gathered.source, expression) : undefined;
      if (reference) return reference;
    }
    if (place === 'function') return mapChildren(expression, (operand) => this.#lower(operand, place));
    return this.#equality(expression) ?? this.#ofOperands(expression);
  }

  /** A reference that reads what an operation gives; undefined where its source cannot do it. */
  #reference(operation: Operation, source: Source | undefined, expression: Expression): Expression | undefined {
    const { span } = expression;
    const path: ReadPath = { text: operationText(operation), path: { segments: [], operation }, span };
    if (source?.kind === 'step') {
      if (!this.#answers(source.step, operation) || !this.#hasRoom(source.step, path.text)) return undefined;
      return { kind: 'step', step: source.step, path, ...onSkipOf(expression), span } satisfies StepReference;
    }
    const constant = source ? undefined : operationAt(null, operation);
    if (constant && 'value' in constant) return literal(constant.value, span);
    if (levelsOf(operation) > MOST_LEVELS) return undefined;
    return { kind: 'input', path, span } satisfies InputReference;
  }

  /** Whether the function of a step does an operation on its result, or the state machine where it has the result. */
  #answers(id: string, operation: Operation): boolean {
    const step = this.#steps.get(id);
    if (!step) return false;
    const isOfFunction = !builtinOf(step) && !step.added;
    const hasMadeDefault = step.onError.action === 'useDefault' && step.onError.value.kind !== 'literal';
    if (isOfFunction && !hasMadeDefault) return true;
    return levelsOf(operation) <= MOST_LEVELS && this.#isExact(operation);
  }

  /** Whether what all operations on a step's result give fits a payload, beside values that are read of it. */
  #hasRoom(id: string, text: string): boolean {
    const own = this.#answered.get(id) ?? { bytes: 0, texts: new Set<string>() };
    this.#answered.set(id, own);
    if (own.texts.has(text)) return true;
    const bytes = own.bytes + bytesOfKeys([text]);
    if (bytes > ANSWERS_BYTES) return false;
    own.bytes = bytes;
    own.texts.add(text);
    return true;
  }

  /** An operation as one on parts of a single value; undefined where it has several sources, or is made of more than paths. */
  #gather(expression: Expression): Gathered | undefined {
    switch (expression.kind) {
      case 'literal':
        return expression.secret === undefined ? { operand: { is: expression.value }, source: undefined } : undefined;
      case 'input':
      case 'step': {
        const { text, path } = expression.path;
        const source: Source =
          expression.kind === 'input' ? { kind: 'input' } : { kind: 'step', step: expression.step };
        return { operand: { at: text, path }, source };
      }
      case 'variable': {
        const path = expression.given === 'value' ? inputPathOf(expression) : undefined;
        return path && { operand: { at: formatPath(path.segments), path }, source: { kind: 'input' } };
      }
      case 'operation':
        return expression.operator === 'operands'
          ? undefined
          : this.#gatherAll(expression, expression.operator, expression.operands);
      case 'coalesce':
        return this.#gatherAll(expression, 'coalesce', expression.items);
      default:
        return undefined;
    }
  }

  #gatherAll(whole: Expression, operator: Operation['operator'], parts: readonly Expression[]): Gathered | undefined {
    const operands: Operand[] = [];
    let source: Source | undefined;
    for (const part of parts) {
      const gathered = this.#gather(part);
      if (!gathered || (source && gathered.source && !isSame(source, gathered.source))) return undefined;
      source ??= gathered.source;
      operands.push(gathered.operand);
    }
    if (source?.kind === 'step' && replacementOf(whole) === 'none') return undefined;
    return { operand: { operator, operands }, source };
  }

  /** Whether two values are equal, by what they are compared by; undefined where a function has to look at the values. */
  #equality(expression: OperationExpression): Expression | undefined {
    if (expression.operator !== 'eq') return undefined;
    const operands = expression.operands.map((operand) => this.#outline(operand));
    if (!operands.every((operand) => operand !== undefined)) return undefined;
    return { ...expression, operands };
  }

  #outline(operand: Expression): Expression | undefined {
    const gathered = this.#gather(operand);
    const isReplaced = gathered?.source?.kind === 'step' && replacementOf(operand) !== 'skips';
    if (!gathered || isReplaced) return undefined;
    return this.#reference({ operator: 'outline', operands: [gathered.operand] }, gathered.source, operand);
  }

  /** A reference to what an operation gives that a function of its own does. */
  #ofOperands(expression: OperationExpression): Expression {
    const { span } = expression;
    const operands: Expression[] = [];
    const operation = this.#onOperands(expression, operands);
    const given: OperationExpression = { kind: 'operation', operator: 'operands', operands, span };
    const path: ReadPath = { text: operationText(operation), path: { segments: [], operation }, span };
    return { kind: 'step', step: this.#add(given), path, span };
  }

  /** An operation on the items of a list, each in a list of its own; adds these to `operands`. */
  #onOperands({ operator, operands: written }: OperationExpression, operands: Expression[]): Operation {
    if (operator === 'operands') throw new Error('No flow has operands of its own');
    const read = written.map((operand): Operand => {
      if (isOperation(operand)) return this.#onOperands(operand, operands);
      if (operand.kind === 'literal' && operand.secret === undefined) return { is: operand.value };
      operands.push(this.#lower(operand, 'function'));
      return { given: operands.length - 1 };
    });
    return { operator, operands: read };
  }

  /** Adds a step that takes the operands of an operation, and returns its id. */
  #add(input: Expression): string {
    const id = this.#newId();
    const reader = this.#reader ?? this.#flow.steps[0];
    const span = reader?.idSpan ?? input.span;
    this.#added.push({
      ...{ id, component: OPERANDS, input, onError: { action: 'fail' }, mustExecute: false },
      ...{ added: true, idSpan: span, componentSpan: span },
      ...(this.#reader && { addedFor: this.#reader.id }),
    });
    return id;
  }

  #newId(): string {
    const owner = this.#reader?.id ?? 'output';
    let count = this.#added.length + 1;
    while (this.#ids.has(`${owner}.operands_${count}`)) count += 1;
    const id = `${owner}.operands_${count}`;
    this.#ids.add(id);
    return id;
  }
}

/** Operators within each other that the state machine does: AWS evaluates no expression that is deeper than 100 levels. */
const MOST_LEVELS = 3;

/** How many operators are within each other. */
const levelsOf = ({ operands }: Operation): number =>
  1 + Math.max(0, ...operands.map((operand) => ('operator' in operand ? levelsOf(operand) : 0)));

const isSame = (one: Source, other: Source): boolean =>
  one.kind === 'input' ? other.kind === 'input' : other.kind === 'step' && one.step === other.step;

/**
 * What stands for an expression over the result of a skipped step: a value; its reader is skipped, too; or none that a reference
 * could have, since something in it is missing or does not fit its operator.
 */
type Replacement = { readonly value: Json } | 'skips' | 'none';

function replacementOf(expression: Expression): Replacement {
  switch (expression.kind) {
    case 'literal':
      return { value: expression.value };
    case 'step':
      return expression.onSkip === undefined ? 'skips' : { value: expression.onSkip };
    case 'coalesce':
      return replacementOfFirst(expression.items);
    case 'operation':
      if (expression.operator === 'operands') return 'none';
      return expression.operator === 'coalesce'
        ? replacementOfFirst(expression.operands)
        : replacementBy(expression.operator, expression.operands);
    default:
      return 'none';
  }
}

/** Of a `$coalesce`: it passes over what is skipped. */
function replacementOfFirst(items: readonly Expression[]): Replacement {
  for (const item of items.map(replacementOf)) {
    if (item === 'none' || (item !== 'skips' && item.value !== null)) return item;
  }
  return { value: null };
}

function replacementBy(operator: Operator, operands: readonly Expression[]): Replacement {
  const parts = operands.map(replacementOf);
  if (parts.includes('skips')) return 'skips';
  const values = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.value]));
  const outcome = values.length === parts.length ? operate(operator, values) : undefined;
  return outcome && 'value' in outcome ? outcome : 'none';
}

function onSkipOf(expression: Expression): { onSkip?: Json } {
  const replacement = replacementOf(expression);
  return typeof replacement === 'string' ? {} : { onSkip: replacement.value };
}
