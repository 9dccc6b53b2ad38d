import type { Span } from '../../diagnostics/diagnostics.ts';
import { type Expression, literal } from '../../flow/expression.ts';
import { flowCalled, type Step } from '../../flow/flow.ts';
import { formatPath } from '../../protocol/describe.ts';
import { isObject } from '../../protocol/json.ts';
import type { Segment } from '../../protocol/path.ts';
import { builtinOf, inputField } from '../analyse/builtins.ts';
import { VARIABLES_FIELD } from '../analyse/given-variables.ts';
import { checkValue, type ValueReport } from './check-value.ts';
import { MISSING } from './mismatch.ts';
import { misnamedField } from './misnamed-field.ts';
import { isCovered, type Scope } from './scope.ts';
import { schemaType } from './type.ts';

/** Reports each step input that its component cannot accept, and an output that does not match the flow's outputSchema. */
export function checkInputs(scope: Scope): void {
  for (const step of scope.flow.steps) {
    checkStepInput(step, scope);
    checkInnerInput(step, scope);
    checkGivenVariables(step, scope);
  }
  const { output, outputSchema } = scope.flow;
  if (output && outputSchema !== undefined) {
    checkValue(output, schemaType(outputSchema), scope, {
      mismatch: (path, problem, span) =>
        scope.report('output-type', { where: placeIn(path, 'the output'), problem }, span),
      unlisted: () => {},
    });
  }
}

function checkStepInput(step: Step, scope: Scope): void {
  const { component, componentSpan } = step;
  const own = scope.ownSchemas ? step.inputSchema : undefined;
  const expected = own ?? scope.schemasOf(component)?.input;
  if (expected === undefined) return;
  const by = own === undefined ? component : `the inputSchema of "${step.id}"`;
  const isBuiltin = own === undefined && isOfBuiltin(step, scope);
  const known = isObject(expected) && isObject(expected.properties) ? Object.keys(expected.properties) : [];
  const misnamed = new Set<string>();
  checkValue(step.input, schemaType(expected), scope, {
    mismatch: (path, problem, span) => {
      const [field] = path;
      if (isBuiltin && problem === MISSING.problem && path.length === 1) {
        const found = misnamedField(step.input, String(field), [...known, ...misnamed]);
        if (found) {
          misnamed.add(found.key);
          const names = { step: step.id, component, found: found.key, required: String(field) };
          scope.report('misnamed-field', names, found.span, severityFor(step));
          return;
        }
      }
      const params = { step: step.id, by, where: placeIn(path, 'the input'), problem, isBuiltin };
      // A step without an input has no span for it: the problem is reported at its component.
      scope.report('input-type', params, contains(span, componentSpan) ? componentSpan : span, severityFor(step));
    },
    unlisted: (field, listed, nearest, span) => {
      if (!misnamed.has(field)) scope.report('unlisted-field', { by, field, known: listed, nearest }, span);
    },
  });
}

/** Whether a step calls a built-in component, whose schema is not the user's. */
const isOfBuiltin = ({ component }: Step, { schemasOf }: Scope): boolean =>
  component.startsWith('/builtin/') || schemasOf(component) === schemasOf(`/builtin${component}`);

const severityFor = (step: Step) => (isCovered(step) ? 'warning' : undefined);

const placeIn = (path: readonly Segment[], whole: string): string =>
  path.length === 0 ? whole : `"${formatPath(path)}"`;

const contains = (outer: Span, inner: Span): boolean => outer.line < inner.line && inner.endLine <= outer.endLine;

/** Checks what a step passes to its inner flow against the inputSchema of that flow. */
function checkInnerInput(step: Step, scope: Scope): void {
  const inner = scope.inner(step)?.flow;
  if (inner?.inputSchema === undefined) return;
  const report = reportFor(step, scope, `the inputSchema of ${flowCalled(inner)}`);
  const expected = schemaType(inner.inputSchema);
  for (const input of innerInputsOf(step)) checkValue(input, expected, scope, report);
}

/**
 * Checks what a step gives to the variables of its inner flow against the variablesSchema of that flow. One that is not given
 * may have a value in the flow.
 */
function checkGivenVariables(step: Step, scope: Scope): void {
  const inner = scope.inner(step)?.flow;
  const given = inputField(step, VARIABLES_FIELD);
  if (!given || !isObject(inner?.variablesSchema)) return;
  const { required: _, ...schema } = inner.variablesSchema;
  const report = reportFor(step, scope, `the variablesSchema of ${flowCalled(inner)}`, [VARIABLES_FIELD]);
  checkValue(given, schemaType(schema), scope, report);
}

/** Reports what does not fit a schema of an inner flow. `within`: where the value is in the step's input. */
const reportFor = (step: Step, scope: Scope, by: string, within: readonly Segment[] = []): ValueReport => ({
  mismatch: (path, problem, span) => {
    const params = { step: step.id, by, where: placeIn([...within, ...path], 'the input'), problem };
    scope.report('input-type', params, span, severityFor(step));
  },
  unlisted: () => {},
});

/** The inputs that a step passes to its inner flow, where they are written in the flow. */
function innerInputsOf(step: Step): readonly Expression[] {
  const name = builtinOf(step);
  if (name === 'map') return itemsOf(inputField(step, 'items'));
  const input = inputField(step, name === 'eval' ? 'input' : 'initial_input');
  return input ? [input] : [];
}

function itemsOf(items: Expression | undefined): readonly Expression[] {
  if (items?.kind === 'list') return items.items;
  if (items?.kind !== 'literal' || !Array.isArray(items.value)) return [];
  return items.value.map((item) => literal(item, items.span));
}
