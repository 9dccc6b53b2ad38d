/** What a state machine does in one revision: the latest, a published one, or the one that an execution began with. */
export interface Revision {
  /** Its definition in the Amazon States Language. */
  readonly definition: string;
  readonly roleArn: string;
}

/** A published version of a state machine. */
export interface MachineVersion extends Revision {
  /** `arn:…:stateMachine:NAME:NUMBER`. */
  readonly arn: string;
  /** Whether an alias points to it, or a running execution began with it. */
  readonly inUse: boolean;
}

/** A state machine that was deployed with the stack, now or before. */
export interface DeployedMachine {
  /** `arn:…:stateMachine:NAME`. */
  readonly arn: string;
  readonly latest: Revision;
  readonly versions: readonly MachineVersion[];
  /** What its running executions began with, where that is no published version. */
  readonly running: readonly Revision[];
  /** Whether an alias has been moved so recently that executions of the previous version may not be listed yet. */
  readonly justMoved: boolean;
}

/** A published version of a function. */
export interface FunctionVersion {
  /** `arn:…:function:NAME:NUMBER`. */
  readonly arn: string;
  readonly roleArn: string;
  /** The table of the functions that it calls itself, as in its environment: see `COMPONENTS_VARIABLE`. */
  readonly table?: string;
}

/** A function that was deployed with the stack, now or before. */
export interface DeployedFunction {
  /** `arn:…:function:NAME`. */
  readonly arn: string;
  /** The role of its latest revision. */
  readonly roleArn: string;
  readonly versions: readonly FunctionVersion[];
}

/** Everything of a stack that there is, in its template or left by earlier deployments. */
export interface Deployment {
  /** The ARNs and names of what the stack's template has. */
  readonly current: ReadonlySet<string>;
  readonly machines: readonly DeployedMachine[];
  readonly functions: readonly DeployedFunction[];
  /** The ARNs of its roles. */
  readonly roles: readonly string[];
}
