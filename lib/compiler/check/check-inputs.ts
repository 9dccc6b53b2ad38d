import type { Span } from '../../diagnostics/diagnostics.ts';
import { type Expression, literal } from '../../flow/expression.ts';
import type { Step } from '../../flow/flow.ts';
import { formatPath } from '../../protocol/describe.ts';
import { builtinOf, inputField } from '../analyse/builtins.ts';
import { checkValue, type ValueReport } from './check-value.ts';
import type { Scope } from './scope.ts';
import { schemaType } from './type.ts';

/** Reports each input that its component cannot take, and an output that is not what the flow says it is. */
export function checkInputs(scope: Scope): void {
  for (const step of scope.flow.steps) {
    checkStepInput(step, scope);
    checkInnerInput(step, scope);
  }
  const { output, outputSchema } = scope.flow;
  if (output && outputSchema !== undefined) {
    checkValue(output, schemaType(outputSchema), scope, {
      misfit: (path, problem, span) =>
        scope.report('output-type', { where: placeIn(path, 'the output'), problem }, span),
      unlisted: () => {},
    });
  }
}

function checkStepInput(step: Step, scope: Scope): void {
  const { component, componentSpan } = step;
  const wanted = step.inputSchema ?? scope.schemasOf(component)?.input;
  if (wanted === undefined) return;
  const by = step.inputSchema === undefined ? component : `the inputSchema of "${step.id}"`;
  checkValue(step.input, schemaType(wanted), scope, {
    misfit: (path, problem, span) => {
      const params = { step: step.id, by, where: placeIn(path, 'the input'), problem };
      // A step without an input has no place for it: what is missing is missing beside its component.
      scope.report('input-type', params, contains(span, componentSpan) ? componentSpan : span);
    },
    unlisted: (field, known, near, span) => scope.report('unlisted-field', { by, field, known, nearest: near }, span),
  });
}

const placeIn = (path: Parameters<typeof formatPath>[0], whole: string): string =>
  path.length === 0 ? whole : `"${formatPath(path)}"`;

const contains = (outer: Span, inner: Span): boolean => outer.line < inner.line && inner.endLine <= outer.endLine;

/** The inner flow's own inputSchema, where it has one. */
function checkInnerInput(step: Step, scope: Scope): void {
  const inner = scope.inner(step)?.flow;
  if (inner?.inputSchema === undefined) return;
  const report: ValueReport = {
    misfit: (path, problem, span) => {
      const params = {
        step: step.id,
        by: `the inputSchema of "${inner.name}"`,
        where: placeIn(path, 'the input'),
        problem,
      };
      scope.report('input-type', params, span);
    },
    unlisted: () => {},
  };
  const wanted = schemaType(inner.inputSchema);
  for (const given of givenTo(step)) checkValue(given, wanted, scope, report);
}

/** What a step gives its inner flow, where that is written out. */
function givenTo(step: Step): readonly Expression[] {
  const name = builtinOf(step);
  if (name === 'map') return itemsOf(inputField(step, 'items'));
  const given = inputField(step, name === 'eval' ? 'input' : 'initial_input');
  return given ? [given] : [];
}

function itemsOf(items: Expression | undefined): readonly Expression[] {
  if (items?.kind === 'list') return items.items;
  if (items?.kind !== 'literal' || !Array.isArray(items.value)) return [];
  return items.value.map((item) => literal(item, items.span));
}
