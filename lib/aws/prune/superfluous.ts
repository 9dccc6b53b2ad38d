import type { DeployedFunction, DeployedMachine, Deployment, Revision } from './deployment.ts';
import { mayCall, nameIn, referencesIn, unqualified } from './references.ts';

/** Something that nothing needs any more. */
export interface Superfluous {
  readonly kind: 'state machine version' | 'state machine' | 'function version' | 'function' | 'role';
  readonly arn: string;
}

/**
 * What nothing needs any more: neither the stack's template, nor what its aliases point to, nor what a running execution began
 * with, nor anything that these name, directly or not. In the order in which it can be deleted.
 */
export function superfluousIn(deployment: Deployment): readonly Superfluous[] {
  const needed = new Needed(deployment);
  const { machines, functions, roles } = deployment;
  const formerMachines = machines.filter((machine) => !needed.has(machine.arn));
  const formerFunctions = functions.filter((each) => !needed.has(each.arn));
  // The versions of what goes as a whole go with it.
  const versionsOf = (all: readonly WithVersions[]): readonly Part[] =>
    all.flatMap(({ arn, versions }) => (needed.has(arn) ? versions.filter((version) => !needed.has(version.arn)) : []));
  return [
    ...parts('state machine version', versionsOf(machines)),
    ...parts('state machine', formerMachines),
    ...parts('function version', versionsOf(functions)),
    ...parts('function', formerFunctions),
    ...parts(
      'role',
      roles.filter((arn) => !needed.has(arn)).map((arn) => ({ arn })),
    ),
  ];
}

interface Part {
  readonly arn: string;
}

interface WithVersions extends Part {
  readonly versions: readonly Part[];
}

const parts = (kind: Superfluous['kind'], found: readonly Part[]): readonly Superfluous[] =>
  found.map(({ arn }) => ({ kind, arn }));

/** The ARNs of what is needed, found by following names from what is needed for itself. */
class Needed {
  readonly #arns = new Set<string>();
  readonly #deployment: Deployment;
  readonly #machines: ReadonlyMap<string, DeployedMachine>;
  readonly #functions: ReadonlyMap<string, DeployedFunction>;

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
    this.#machines = new Map(deployment.machines.map((each) => [each.arn, each]));
    this.#functions = new Map(deployment.functions.map((each) => [each.arn, each]));
    for (const machine of deployment.machines) this.#startFrom(machine);
    for (const { arn, versions } of deployment.functions)
      for (const each of [arn, ...versions.map((version) => version.arn)]) if (this.#isCurrent(each)) this.#need(each);
    for (const role of deployment.roles) if (this.#isCurrent(role)) this.#need(role);
  }

  has(arn: string): boolean {
    return this.#arns.has(arn);
  }

  #isCurrent(arn: string): boolean {
    const { current } = this.#deployment;
    return current.has(arn) || current.has(nameIn(arn));
  }

  #startFrom({ arn, versions, running, justMoved }: DeployedMachine): void {
    const isCurrent = this.#isCurrent(arn);
    if (isCurrent || running.length > 0) this.#need(arn);
    for (const revision of running) this.#needRevision(revision);
    for (const version of versions)
      if (version.inUse || (justMoved && isCurrent) || this.#isCurrent(version.arn)) this.#need(version.arn);
  }

  #need(arn: string): void {
    if (this.#arns.has(arn)) return;
    this.#arns.add(arn);
    const whole = unqualified(arn);
    const machine = this.#machines.get(whole);
    const fn = this.#functions.get(whole);
    if (whole !== arn) this.#need(whole);
    if (machine) this.#needRevision(machine.versions.find((version) => version.arn === arn) ?? machine.latest);
    if (fn) this.#needVersion(fn, arn);
  }

  #needRevision({ definition, roleArn }: Revision): void {
    this.#need(roleArn);
    for (const reference of referencesIn(definition)) this.#need(reference);
  }

  #needVersion(fn: DeployedFunction, arn: string): void {
    const version = fn.versions.find((each) => each.arn === arn);
    this.#need(version?.roleArn ?? fn.roleArn);
    const { table } = version ?? {};
    if (table === undefined) return;
    for (const { versions } of this.#functions.values())
      for (const each of versions) if (mayCall(table, each.arn)) this.#need(each.arn);
  }
}
