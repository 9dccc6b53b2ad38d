import { NestedStack, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { sha256 } from '../runtime/stores/blobs.ts';

const ID = 'StepflowAlarms';

/** How many nested stacks share the alarms, if there is room in each. */
const STACKS = 10;

/**
 * The parameters that are planned for one of them, of the 200 that a template may have. A nested stack has what it reads of
 * others in parameters. Source: "Understand CloudFormation quotas", AWS CloudFormation user guide.
 */
const PARAMETERS = 150;

/** The nested stacks of the alarms of a stack that has no room for them in its own template. */
export class AlarmStacks extends Construct {
  /** Those of the stack that `scope` is in, if it has any. */
  static find(scope: Construct): AlarmStacks | undefined {
    const found = Stack.of(scope).node.tryFindChild(ID);
    return found instanceof AlarmStacks ? found : undefined;
  }

  private readonly parameters = new Map<number, number>();

  constructor(stack: Stack) {
    super(stack, ID);
  }

  /** The nested stack for what is called `name` and reads so many values of others. The name alone says which, while that has room. */
  stackFor(name: string, reads: number): NestedStack {
    let at = Number.parseInt(sha256(name).slice(0, 8), 16) % STACKS;
    while (this.read(at) > 0 && this.read(at) + reads > PARAMETERS) at += 1;
    this.parameters.set(at, this.read(at) + reads);
    const existing = this.node.tryFindChild(`Alarms${at}`);
    return existing instanceof NestedStack ? existing : new NestedStack(this, `Alarms${at}`);
  }

  /** How many values of others a nested stack reads. */
  private read(at: number): number {
    return this.parameters.get(at) ?? 0;
  }
}
