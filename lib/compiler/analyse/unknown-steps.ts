import { type Diagnostic, diagnose, type Span } from '../../diagnostics/diagnostics.ts';
import { allWithin, type Expression, type StepReference } from '../../flow/expression.ts';
import { expressionsIn, type Flow } from '../../flow/flow.ts';
import { stepExpression } from '../../flow/text/foreign-reference.ts';
import { Suggestions } from '../../flow/text/nearest.ts';
import { stepAtStart } from '../../flow/text/step-at-start.ts';
import { isObject, type Json } from '../../protocol/json.ts';

/** Reports each reference of a flow, and each item of an `after`, that names a step that is not `known`. */
export function reportUnknownSteps(flow: Flow, known: ReadonlySet<string>, diagnostics: Diagnostic[]): void {
  const all = expressionsIn(flow).flatMap(allWithin);
  // A reference without the name of a step has a diagnostic of its own.
  const read = all.filter((one): one is StepReference => one.kind === 'step' && one.step !== '');
  const preceding = flow.steps.flatMap(({ after = [] }) => after);
  const unknown = [...read, ...preceding].filter(({ step }) => !known.has(step));
  if (unknown.length === 0) return;
  const flows = all.filter(looksLikeFlow);
  const ids = new Suggestions([...known]);
  for (const { step, span } of unknown) {
    if (isStepAround(flow, step)) {
      const isAfter = preceding.some((one) => one.span === span);
      diagnostics.push(diagnose('outer-step', { step, isAfter }, { file: flow.file, ...span }));
      continue;
    }
    const inFlow = flows.some((outer) => contains(outer.span, span));
    const isAfter = preceding.some((one) => one.span === span);
    const params = { step, nearest: ids.nearest(step), inFlow, withPath: withPath(step, known, isAfter) };
    diagnostics.push(diagnose('unknown-step', params, { file: flow.file, ...span }));
  }
}

/** What is meant by the id of a step with a path behind it: `load.profile.name`. */
function withPath(written: string, known: ReadonlySet<string>, isAfter: boolean): string | undefined {
  const found = stepAtStart(written, known);
  if (!found) return undefined;
  // What comes after a step waits for all of it.
  return isAfter ? `after: [${found.id}]` : stepExpression(found.id, found.rest);
}

/** Whether a flow around an inner one has a step of that id. */
const isStepAround = ({ outer }: Flow, id: string): boolean =>
  outer !== undefined && (outer.steps.some((step) => step.id === id) || isStepAround(outer, id));

/** Whether a map is a flow that somebody wrote out without `$literal`, so that its references are taken for those of the flow around it. */
function looksLikeFlow(expression: Expression): boolean {
  const steps = expression.kind === 'map' ? expression.entries.find(({ key }) => key === 'steps')?.value : undefined;
  if (steps?.kind === 'literal') return Array.isArray(steps.value) && steps.value.some(isStep);
  return (
    steps?.kind === 'list' &&
    steps.items.some((item) => (item.kind === 'literal' ? isStep(item.value) : isStepOf(item)))
  );
}

const isStep = (value: Json): boolean => isObject(value) && 'component' in value;

const isStepOf = (item: Expression): boolean =>
  item.kind === 'map' && item.entries.some(({ key }) => key === 'component');

const contains = (outer: Span, inner: Span): boolean =>
  isOrdered([outer.line, outer.column], [inner.line, inner.column]) &&
  isOrdered([inner.endLine, inner.endColumn], [outer.endLine, outer.endColumn]);

const isOrdered = ([line, column]: Place, [nextLine, nextColumn]: Place): boolean =>
  line < nextLine || (line === nextLine && column <= nextColumn);

type Place = readonly [line: number, column: number];
