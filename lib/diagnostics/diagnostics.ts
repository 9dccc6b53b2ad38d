import { type Code, MESSAGES, type Params } from './messages.ts';

/** A range in a file: lines and columns count from 1, the end is exclusive. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A problem in a flow or another file, for its author: where it is, what was found and expected, and how to fix it. */
export interface Diagnostic extends Span {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly file: string;
  readonly help: string;
}

/** Whether a diagnostic is an error, which keeps a flow from being compiled, run or deployed. */
export const hasError = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ severity }) => severity === 'error');

/** Collects the diagnostics of one file, so that reading continues after an error. */
export class Reporter {
  readonly diagnostics: Diagnostic[];
  readonly file: string;
  /** The ids of the steps of the flow that is read, which advice may name. */
  readonly stepIds: ReadonlySet<string>;

  constructor(file: string, diagnostics: Diagnostic[] = [], stepIds: ReadonlySet<string> = new Set()) {
    this.file = file;
    this.diagnostics = diagnostics;
    this.stepIds = stepIds;
  }

  /** One that adds to the same diagnostics, for a flow with these steps. */
  withSteps(stepIds: ReadonlySet<string>): Reporter {
    return new Reporter(this.file, this.diagnostics, stepIds);
  }

  /** Adds the diagnostic `code` of the registry at `span`, with a severity other than its own where one is given. */
  report<C extends Code>(code: C, params: Params<C>, span: Span, severity?: Diagnostic['severity']): void {
    const told = diagnose(code, params, { file: this.file, ...span });
    this.diagnostics.push(severity ? { ...told, severity } : told);
  }

  /** Whether an error has been reported. */
  get failed(): boolean {
    return hasError(this.diagnostics);
  }
}

/** Makes the diagnostic `code` of the registry, at a span of a file. */
export function diagnose<C extends Code>(code: C, params: Params<C>, at: Span & { readonly file: string }): Diagnostic {
  const entry: { severity: Diagnostic['severity']; message(p: Params<C>): string; help(p: Params<C>): string } =
    MESSAGES[code];
  const { file, line, column, endLine, endColumn } = at;
  const text = { message: entry.message(params), help: entry.help(params) };
  return { code, severity: entry.severity, ...text, file, line, column, endLine, endColumn };
}
