import { NestedStack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { sha256 } from '../runtime/stores/blobs.ts';

/**
 * How many nested stacks share the functions. The number never changes: a function that changed its stack would be another
 * one. A template has at most 200 outputs, and the others read two of each function (Source: "Understand CloudFormation
 * quotas", AWS CloudFormation user guide): these are enough for some 1,000 components.
 */
const STACKS = 10;

/**
 * The nested stacks of the component functions of a stack that is too large for one template. A component's path alone
 * says in which one its functions are.
 */
export class FunctionStacks extends Construct {
  constructor(scope: Construct) {
    super(scope, 'Stacks');
  }

  /** The nested stack of a component, created on first use. */
  stackOf(component: string): NestedStack {
    const id = `Functions${Number.parseInt(sha256(component).slice(0, 8), 16) % STACKS}`;
    const existing = this.node.tryFindChild(id);
    return existing instanceof NestedStack ? existing : new NestedStack(this, id);
  }
}
