import { setTimeout as sleep } from 'node:timers/promises';
import type { Executions } from '../executions/executions.ts';
import type { ExecutionClients } from '../executions/measured/index.ts';
import { UsageError } from './errors.ts';
import { chooseStack, type GivenPlace, PLACE_OPTIONS, sayChoice } from './stack.ts';
import type { Terminal } from './terminal.ts';

/** The options of commands for one execution. */
export const EXECUTION_PLACE = {
  flow: {
    kind: 'text',
    value: 'NAME',
    summary: 'the flow, which saves looking for the execution among all of the stack',
  },
  ...PLACE_OPTIONS,
} as const;

/** What the user gave of {@link EXECUTION_PLACE}. */
export type GivenExecutionPlace = GivenPlace & { readonly flow: string | undefined };

/** A flow, and the service for its executions. */
export interface OpenedFlow {
  readonly executions: Executions;
  /** The flow's name. */
  readonly flow: string;
}

/** An execution, and the service for it. */
export interface OpenedExecution extends OpenedFlow {
  readonly id: string;
}

/** The state machines of the stack that is meant. */
interface OpenedStack {
  readonly clients: ExecutionClients;
  readonly stack: string;
  readonly machines: ReadonlyMap<string, string>;
}

/** The flows of the stack that is meant, by name. */
export async function openStack(given: GivenPlace, { cwd }: Pick<Terminal, 'cwd'>): Promise<OpenedStack> {
  const stack = chooseStack(given.stack, cwd);
  const [{ openExecutionClients }, { machinesInStack }] = await Promise.all([
    import('../executions/measured/index.ts'),
    import('../executions/aws/stack-flows.ts'),
  ]);
  const clients = await openExecutionClients(given);
  const machines = await machinesInStack(clients.cloudFormation, stack.name).catch(sayChoice(stack));
  return { clients, stack: stack.name, machines };
}

/** A deployed flow, by its name or the path of its file. */
export async function openDeployedFlow(
  written: string,
  given: GivenPlace,
  terminal: Pick<Terminal, 'cwd'>,
): Promise<OpenedFlow> {
  return flowIn(await openStack(given, terminal), written);
}

/** A flow of a stack. */
export async function flowIn(
  { clients, machines, stack }: OpenedStack,
  written: string,
  id?: string,
): Promise<OpenedFlow> {
  const [{ flowInStack }, { executionsOf }, { executionArnOf }] = await Promise.all([
    import('../executions/aws/stack-flows.ts'),
    import('../executions/aws/one-flow.ts'),
    import('../executions/aws/services.ts'),
  ]);
  const flow = flowInStack([...machines.keys()], written, stack);
  const stateMachineArn = machines.get(flow) ?? '';
  const executionArn = id === undefined ? undefined : executionArnOf({ stateMachineArn }, id);
  const machine = { name: flow, stateMachineArn, ...(executionArn !== undefined && { executionArn }) };
  return { executions: executionsOf(clients, machine), flow };
}

/** A deployed execution, by its ARN, or by its id among the flows of the stack. */
export async function openDeployedExecution(
  written: string,
  given: GivenExecutionPlace,
  terminal: Pick<Terminal, 'cwd'>,
): Promise<OpenedExecution> {
  if (written.startsWith('arn:')) return byArn(written, given);
  const { readExecutionName } = await import('../executions/execution-name.ts');
  const id = readExecutionName(written);
  const stack = await openStack(given, terminal);
  const flow = given.flow ?? (await searched(stack, id));
  return { ...(await flowIn(stack, flow, id)), id };
}

async function byArn(written: string, { region: given, profile, stack, flow }: GivenExecutionPlace) {
  if (stack !== undefined || flow !== undefined)
    throw new UsageError(
      'the ARN of an execution says which flow and stack it is of',
      'leave out --flow and --stack, or give only the id of the execution, which is the last part of the ARN',
    );
  const [{ openExecutionClients, readExecutionArn }, { versionOfExecution }, { executionsOf }] = await Promise.all([
    import('../executions/measured/index.ts'),
    import('../executions/aws/published-version.ts'),
    import('../executions/aws/one-flow.ts'),
  ]);
  const { arn: executionArn, region, stateMachineArn, id } = readExecutionArn(written);
  const clients = await openExecutionClients({ region: given ?? region, profile });
  const { places } = await versionOfExecution(clients, executionArn);
  const name = places.flow;
  return { executions: executionsOf(clients, { name, stateMachineArn, executionArn }), flow: name, id };
}

async function searched({ clients, machines, stack }: OpenedStack, id: string): Promise<string> {
  const { flowsWithExecution } = await import('../executions/aws/find-execution.ts');
  const [flow, ...others] = await flowsWithExecution(clients.sfn, machines, id, (ms) => sleep(ms));
  if (flow === undefined)
    throw new UsageError(
      `no flow of the stack ${stack} has an execution "${id}"`,
      'give the id that submit or runs printed; AWS forgets an execution 90 days after its end, and Express ones at once',
    );
  if (others.length === 0) return flow;
  throw new UsageError(
    `${others.length + 1} flows have an execution "${id}": ${[flow, ...others].join(', ')}`,
    `say which one is meant, such as --flow ${flow}`,
  );
}

/** The options of a call as they are given to the next one. */
export const sameOptions = (given: Partial<GivenExecutionPlace>): string =>
  (['stack', 'region', 'profile'] as const)
    .flatMap((name) => (given[name] === undefined ? [] : ` --${name} ${given[name]}`))
    .join('');
