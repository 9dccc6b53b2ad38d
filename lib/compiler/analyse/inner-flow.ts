import { type Diagnostic, Reporter } from '../../diagnostics/diagnostics.ts';
import type { Expression, Literal } from '../../flow/expression.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import { readFlowTree } from '../../flow/read/read-flow.ts';
import { treeOf } from '../../flow/text/tree.ts';
import { type Builtin, builtinOf, callsBuiltin, inputField } from './builtins.ts';
import { bindVariables } from './variables.ts';

/** The keys of a built-in component's input that hold its flow, or the id of a blob with the flow. */
export const FLOW_KEYS: { readonly [B in Builtin]?: readonly string[] } = {
  map: ['workflow', 'workflow_id'],
  eval: ['flow', 'flow_id'],
  iterate: ['flow', 'flow_id'],
};

/**
 * The inner flow of a step, if it is known at compile time. Undefined for a step that runs no flow, and for one whose flow is
 * only known at run time: its component then runs the flow in an execution of its own.
 */
export function innerFlowOf(step: Step, flow: Flow, diagnostics: Diagnostic[]): Flow | undefined {
  const builtin = builtinOf(step);
  const keys = (builtin && FLOW_KEYS[builtin]) ?? [];
  const written = keys.map((key) => inputField(step, key)).find((field) => field !== undefined);
  const literal = written && literalOf(written, flow);
  return literal && readInner(literal, flow.file, diagnostics);
}

/** A flow that is a literal, or that a `put_blob` stores as a literal. */
function literalOf(written: Expression, flow: Flow): Literal | undefined {
  if (written.kind === 'literal') return written;
  if (written.kind !== 'step' || written.path.text !== 'blob_id') return undefined;
  const put = flow.steps.find((step) => step.id === written.step && callsBuiltin(step, 'put_blob'));
  const data = put && inputField(put, 'data');
  return data?.kind === 'literal' ? data : undefined;
}

/** Reads an inner flow, and binds its variables: it does not see those of the flow around it. */
function readInner(literal: Literal, file: string, diagnostics: Diagnostic[]): Flow | undefined {
  const reporter = new Reporter(file);
  const inner = readFlowTree(literal.tree ?? treeOf(literal.value, literal.span), file, reporter);
  diagnostics.push(...reporter.diagnostics);
  if (!inner || reporter.failed) return undefined;
  return bindVariables(inner, { values: {}, hasSecret: () => false, diagnostics });
}
