import { type Diagnostic, diagnose, Reporter } from '../../diagnostics/diagnostics.ts';
import { allWithin, type Expression, type Literal } from '../../flow/expression.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import { FLOW_RUNNERS, flowRunnerAt } from '../../flow/flow-runners.ts';
import { readFlowTree } from '../../flow/read/read-flow-tree.ts';
import { treeOf } from '../../flow/text/tree.ts';
import { secretPath } from '../../runtime/secrets/secrets.ts';
import { callsBuiltin, failsWithItem, inputField } from './builtins.ts';
import { givingOf, VARIABLES_FIELD } from './given-variables.ts';
import { bindVariables } from './variables.ts';

/** The keys of a step's input that hold the flow that it runs, or the id of a blob with the flow; none if it runs no flow. */
export function flowKeysOf({ component }: Pick<Step, 'component'>): readonly string[] {
  const runner = flowRunnerAt(component);
  return runner ? [FLOW_RUNNERS[runner].flow, FLOW_RUNNERS[runner].id] : [];
}

/**
 * The inner flow of a step, if it is known at compile time. Undefined for a step that runs no flow, and for one of which only a
 * run knows the flow, or whether it fails with an item: its component then runs the flow in an execution of its own.
 */
export function innerFlowOf(step: Step, flow: Flow, diagnostics: Diagnostic[]): Flow | undefined {
  if (callsBuiltin(step, 'map') && failsWithItem(step) === undefined) return undefined;
  const written = flowKeysOf(step)
    .map((key) => inputField(step, key))
    .find((field) => field !== undefined);
  const literal = written && literalOf(written, flow);
  if (written && !literal) reportSecretsGiven(step, flow, diagnostics);
  return literal && readInner(literal, step, flow, diagnostics);
}

/** Reports secrets that a step gives to the variables of a flow which only a run knows: whoever supplies it could find them by comparing. */
function reportSecretsGiven(step: Step, { file }: Flow, diagnostics: Diagnostic[]): void {
  const given = inputField(step, VARIABLES_FIELD);
  for (const one of given ? allWithin(given) : []) {
    if (one.kind !== 'literal' || one.secret === undefined) continue;
    const { name } = secretPath(one.secret);
    diagnostics.push(diagnose('secret-to-unknown-flow', { name, step: step.id }, { file, ...one.span }));
  }
}

/** A flow that is a literal, or that a `put_blob` stores as a literal. */
function literalOf(written: Expression, flow: Flow): Literal | undefined {
  if (written.kind === 'literal') return written;
  if (written.kind !== 'step' || written.path.text !== 'blob_id') return undefined;
  const put = flow.steps.find((step) => step.id === written.step && callsBuiltin(step, 'put_blob'));
  const data = put && inputField(put, 'data');
  return data?.kind === 'literal' ? data : undefined;
}

/** Reads an inner flow, and binds its variables: of those of the flow around it, it sees what the step gives to its own. */
function readInner(literal: Literal, step: Step, outer: Flow, diagnostics: Diagnostic[]): Flow | undefined {
  const reporter = new Reporter(outer.file);
  const inner = readFlowTree(literal.tree ?? treeOf(literal.value, literal.span), outer.file, reporter, step.id);
  diagnostics.push(...reporter.diagnostics);
  if (!inner || reporter.failed) return undefined;
  return {
    ...bindVariables(inner, {
      values: {},
      given: (name) => givingOf(step, name),
      inputs: inputsOf(step),
      hasSecret: () => false,
      diagnostics,
    }),
    outer,
  };
}

/** What a step gives to the flow that it runs as its input: of a `map`, one of the items. */
function inputsOf(step: Step): readonly Expression[] {
  const runner = flowRunnerAt(step.component);
  const written = runner && inputField(step, FLOW_RUNNERS[runner].input);
  if (!written) return [];
  if (runner !== 'map') return [written];
  return written.kind === 'list' ? written.items : [];
}
