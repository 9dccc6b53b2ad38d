/** The stack cannot be looked at now; `help` says what to do. */
export class StackNotReady extends Error {
  readonly help: string;
  constructor(message: string, help: string) {
    super(message);
    this.name = 'StackNotReady';
    this.help = help;
  }
}
