/** Executions cannot be read as asked; `help` says what to do. */
export class ExecutionError extends Error {
  override readonly name = 'ExecutionError';
  readonly help: string;
  constructor(message: string, help: string) {
    super(message);
    this.help = help;
  }
}
