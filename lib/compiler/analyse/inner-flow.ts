import { type Diagnostic, Reporter } from '../../diagnostics/diagnostics.ts';
import type { Expression, Literal } from '../../flow/expression.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import { readFlowTree } from '../../flow/read/read-flow.ts';
import { treeOf } from '../../flow/text/tree.ts';
import { type Builtin, builtinOf, callsBuiltin, inputField } from './builtins.ts';
import { bindVariables } from './variables.ts';

/** Under which keys of its input a built-in component finds its flow, or the id of the blob that holds it. */
export const FLOW_KEYS: { readonly [B in Builtin]?: readonly string[] } = {
  map: ['workflow', 'workflow_id'],
  eval: ['flow', 'flow_id'],
  iterate: ['flow', 'flow_id'],
};

/**
 * The flow that a step runs, where it is known now; undefined for a step that runs none, or one that is only known when
 * the step runs: that one its component runs in an execution of its own.
 */
export function innerFlowOf(step: Step, flow: Flow, diagnostics: Diagnostic[]): Flow | undefined {
  const builtin = builtinOf(step);
  const keys = (builtin && FLOW_KEYS[builtin]) ?? [];
  const written = keys.map((key) => inputField(step, key)).find((field) => field !== undefined);
  const literal = written && literalOf(written, flow);
  return literal && readInner(literal, flow.file, diagnostics);
}

/** A flow that is written out, or that a step puts into a blob as it is written. */
function literalOf(written: Expression, flow: Flow): Literal | undefined {
  if (written.kind === 'literal') return written;
  if (written.kind !== 'step' || written.path.text !== 'blob_id') return undefined;
  const put = flow.steps.find((step) => step.id === written.step && callsBuiltin(step, 'put_blob'));
  const data = put && inputField(put, 'data');
  return data?.kind === 'literal' ? data : undefined;
}

/** Inner flows see none of the parent's variables. */
function readInner(literal: Literal, file: string, diagnostics: Diagnostic[]): Flow | undefined {
  const reporter = new Reporter(file);
  const inner = readFlowTree(literal.tree ?? treeOf(literal.value, literal.span), file, reporter);
  diagnostics.push(...reporter.diagnostics);
  if (!inner || reporter.failed) return undefined;
  return bindVariables(inner, { values: {}, hasSecret: () => false, diagnostics });
}
