import { hasError } from '../diagnostics/diagnostics.ts';
import { readFlow } from '../flow/read/read-flow.ts';
import type { ReadFlow } from '../flow/read/read-flow-tree.ts';
import { checkVariableValues } from './check/variable-values.ts';
import { type Compiled, type CompileOptions, compileRead } from './pipeline.ts';

export type { Compiled, CompiledStep, CompileOptions } from './pipeline.ts';

/** Compiles a flow to a state machine: {@link compileRead} draws the pipeline. What is wrong is in `diagnostics`; nothing is thrown. */
export const compile = (source: string, options: CompileOptions = {}): Compiled =>
  compileFlow(readFlow(source, options.file ?? 'flow.yaml'), options);

/** Compiles a flow that has been read. */
export function compileFlow(read: ReadFlow, options: Omit<CompileOptions, 'file'>): Compiled {
  const { flow, diagnostics } = read;
  const isRefused = !flow || hasError(diagnostics);
  return compileRead(read, options, isRefused ? [] : checkVariableValues(flow, options.variables ?? {}));
}
