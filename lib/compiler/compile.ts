import { type Diagnostic, hasError } from '../diagnostics/diagnostics.ts';
import type { Flow } from '../flow/flow.ts';
import { readFlow } from '../flow/read/read-flow.ts';
import type { ReadFlow } from '../flow/read/read-flow-tree.ts';
import { checkVariableValues } from './check/variable-values.ts';
import { type Compiled, type CompileOptions, compileRead } from './pipeline.ts';
import { compileTriggers } from './triggers/entry-machine.ts';

export type { Compiled, CompiledStep, CompileOptions } from './pipeline.ts';

/** Compiles a flow to a state machine: {@link compileRead} draws the pipeline. What is wrong is in `diagnostics`; nothing is thrown. */
export const compile = (source: string, options: CompileOptions = {}): Compiled =>
  compileFlow(readFlow(source, options.file ?? 'flow.yaml'), options);

/** Compiles a flow that has been read. */
export function compileFlow(read: ReadFlow, options: Omit<CompileOptions, 'file'>): Compiled {
  const { flow, diagnostics } = read;
  const isRefused = !flow || hasError(diagnostics);
  const compiled = compileRead(read, options, isRefused ? [] : checkVariableValues(flow, options.variables ?? {}));
  return flow?.triggers && compiled.stateMachine ? withTriggers(compiled, flow) : compiled;
}

/** The flow with what starts it; without a state machine where one of these cannot be compiled. */
function withTriggers(compiled: Compiled, flow: Flow): Compiled {
  const found: Diagnostic[] = [];
  const triggers = compileTriggers(flow, found);
  if (found.length === 0) return { ...compiled, triggers };
  const { stateMachine: _, ...refused } = compiled;
  return { ...refused, diagnostics: [...compiled.diagnostics, ...found] };
}
