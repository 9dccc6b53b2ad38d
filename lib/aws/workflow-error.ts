import type { IConstruct } from 'constructs';

/** A construct cannot be created from its properties. The message names the construct and says what to do. */
export class WorkflowError extends Error {
  constructor(construct: IConstruct, message: string) {
    super(`[${construct.node.path}] ${message}`);
    this.name = 'WorkflowError';
    // The mistake is in a flow or a property, not in this package, so a stack trace would only hide the message.
    this.stack = `${this.name}: ${this.message}`;
  }
}
