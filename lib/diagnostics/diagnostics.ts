import { type Code, MESSAGES, type Params } from './messages.ts';

/** Where in a file something stands: lines and columns count from 1, the end is exclusive. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** What a user has to know of a flow or a call: always with a place, what was found, what was wanted, how to mend it. */
export interface Diagnostic extends Span {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly file: string;
  readonly help: string;
}

/** Collects diagnostics of one file; nothing is thrown half way. */
export class Reporter {
  readonly diagnostics: Diagnostic[] = [];
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** Reports the diagnostic `code` of the registry at `span`. */
  report<C extends Code>(code: C, params: Params<C>, span: Span): void {
    this.diagnostics.push(diagnose(code, params, { file: this.file, ...span }));
  }

  /** Whether anything reported so far is an error. */
  get failed(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error');
  }
}

/** The diagnostic `code` of the registry at a place. */
export function diagnose<C extends Code>(code: C, params: Params<C>, at: Span & { readonly file: string }): Diagnostic {
  const entry: { severity: Diagnostic['severity']; message(p: Params<C>): string; help(p: Params<C>): string } =
    MESSAGES[code];
  const { file, line, column, endLine, endColumn } = at;
  const text = { message: entry.message(params), help: entry.help(params) };
  return { code, severity: entry.severity, ...text, file, line, column, endLine, endColumn };
}
