import { type Expression, forEachChild, type VariableReference } from '../../flow/expression.ts';
import { afterOf, type Flow } from '../../flow/flow.ts';

/** What every run of a flow comes to, unless it fails or is skipped before. */
interface Certain {
  /** The ids of the steps that it runs. */
  readonly steps: ReadonlySet<string>;
  /** The references to variables that it evaluates. */
  readonly variables: ReadonlySet<Expression>;
}

/** The parts of a flow under no condition: of `output` and of all steps that must run, and of the steps that these read or come after. */
export function certainParts({ steps, output, evaluation }: Flow): Certain {
  const variables = new Set<VariableReference>();
  const certain = new Set<string>();
  const byId = new Map(steps.map((step) => [step.id, step]));
  const pending: Expression[] = output ? [output] : [];
  const run = (first: string): void => {
    const open = [first];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const step = byId.get(id);
      if (!step || step.skipIf || certain.has(id)) continue;
      certain.add(id);
      pending.push(step.input);
      open.push(...afterOf(step));
    }
  };
  for (const { id, mustExecute } of steps) if (mustExecute || evaluation === 'eager') run(id);
  const visit = (expression: Expression): void => {
    if (expression.kind === 'variable') variables.add(expression);
    else if (expression.kind === 'step') run(expression.step);
    forEachChild(expression, (child, role) => {
      if (role === 'part') visit(child);
    });
  };
  for (let next = pending.pop(); next; next = pending.pop()) visit(next);
  return { steps: certain, variables };
}
