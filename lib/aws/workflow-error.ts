import type { IConstruct } from 'constructs';

/** A construct that cannot be made of what it was given. The message names the construct and says what to do. */
export class WorkflowError extends Error {
  constructor(construct: IConstruct, message: string) {
    super(`[${construct.node.path}] ${message}`);
    this.name = 'WorkflowError';
    // The fault is in a flow or a property, not in a line of this package: a trace would only bury the message.
    this.stack = `${this.name}: ${this.message}`;
  }
}
