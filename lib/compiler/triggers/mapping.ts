import type { Template } from '../../asl/state-machine.ts';
import { type Diagnostic, diagnose } from '../../diagnostics/diagnostics.ts';
import { allWithin, type Expression } from '../../flow/expression.ts';
import type { Flow } from '../../flow/flow.ts';
import type { Trigger } from '../../flow/triggers/trigger.ts';
import type { Operation } from '../../protocol/operation.ts';
import { analyse } from '../analyse/analysis.ts';
import { lowerOperations } from '../analyse/lower-operations.ts';
import { usesOf } from '../analyse/uses.ts';
import { missingIn } from '../emit/jsonata/answers.ts';
import type { ExpressionScope } from '../emit/jsonata/expression-scope.ts';
import { jsonataOf, templateOf } from '../emit/jsonata/expressions.ts';
import { inputAt } from '../emit/jsonata/input-path.ts';
import { any, evaluated, FALSE, type Jsonata, jsonata, quote } from '../emit/jsonata/jsonata.ts';
import { bind } from '../emit/jsonata/locals.ts';
import { missingText } from '../emit/jsonata/missing-text.ts';
import { needsFunction } from '../emit/jsonata/operations.ts';
import { mappingFlow } from './mapping-flow.ts';

/** How a state machine makes a flow's input of an event. */
export interface Mapping {
  /** The input: a value, or a JSON text of one that is no map and no list, as StartExecution takes it. */
  readonly input: Template;
  /** Why there is no input: the condition, and what is said. Evaluated in this order, before the input. */
  readonly faults: readonly { readonly condition: Jsonata; readonly message: Jsonata }[];
}

/** The input of a trigger in JSONata; undefined, with a diagnostic, where no state machine can make it. `event`: what it reads. */
export function mappingOf(
  flow: Flow,
  trigger: Trigger,
  event: Jsonata,
  diagnostics: Diagnostic[],
): Mapping | undefined {
  // What is known of an event is no promise: whatever it lacks is a fault.
  const { inputSchema: _, ...mapping } = mappingFlow(flow, trigger);
  const found: Diagnostic[] = [];
  const analysis = analyse(mapping, found);
  const lowered = analysis && lowerOperations(analysis, () => true, found);
  const expression = lowered?.flow.output;
  if (!lowered || !expression || lowered.flow.steps.length > 0) {
    const problem = `The input of the trigger "${trigger.name}" is more than a state machine can make of an event`;
    const remedy = 'Give the flow the event, or parts of it, and let a step make the rest.';
    diagnostics.push(diagnose('bad-trigger', { problem, remedy }, { file: flow.file, ...trigger.input.span }));
    return undefined;
  }
  const scope = scopeOf(event);
  const uses = usesOf(expression);
  const isTemplate = expression.kind === 'map' || expression.kind === 'list';
  const faults = [
    { condition: missingIn(uses, scope), message: missingText(uses, 'the input of the trigger', scope) },
    { condition: inexactIn(expression, event), message: quote(INEXACT) },
    { condition: isTemplate ? FALSE : isInexact(expression, scope), message: quote(INEXACT) },
  ];
  return {
    input: isTemplate ? templateOf(expression, scope) : asInput(expression, scope),
    faults: faults.filter(({ condition }) => condition !== FALSE),
  };
}

/** Only the event has something to read. */
function scopeOf(event: Jsonata): ExpressionScope {
  const nothing = (): never => {
    throw new Error('The input of a trigger reads the event only');
  };
  return {
    slots: nothing,
    variable: nothing,
    hoisted: nothing,
    input: (path) => inputAt({ input: event }, path),
    inputCalled: 'the event',
  };
}

const INEXACT = 'a number that is written as text has more digits than a state machine writes of one';

/** The same of the whole input, which is written as a JSON text. */
const isInexact = (expression: Expression, scope: ExpressionScope): Jsonata =>
  bind(
    '$value',
    jsonataOf(expression, scope),
    jsonata`$type($value) = "number" ? $number($string($value)) != $value : false`,
  );

/** Whether JSONata would write a number in another way than JSON does. */
function inexactIn(expression: Expression, event: Jsonata): Jsonata {
  const operations = allWithin(expression).flatMap((one) =>
    one.kind === 'input' && one.path.path.operation ? [one.path.path.operation] : [],
  );
  return any(
    operations
      .filter(concatenates)
      .map((operation) =>
        needsFunction(operation, Number.MAX_SAFE_INTEGER, (path, text) => inputAt({ input: event }, { text, path })),
      ),
  );
}

const concatenates = ({ operator, operands }: Operation): boolean =>
  operator === 'concat' || operands.some((operand) => 'operator' in operand && concatenates(operand));

/** StartExecution takes a JSON text: a text would be taken for one. */
function asInput(expression: Expression, scope: ExpressionScope): Template {
  const inList = jsonata`$string([$value])`;
  const text = bind('$text', inList, jsonata`$substring($text, 1, $length($text) - 2)`);
  const body = jsonata`$type($value) in ["object", "array"] ? $value : ${text}`;
  return evaluated(bind('$value', jsonataOf(expression, scope), body));
}
