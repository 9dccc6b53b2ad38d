import type { Compiled } from '../compiler/compile.ts';
import type { ExecutionClients, ReadExecution } from '../executions/measured/index.ts';
import type { ReadLogs } from '../executions/measured/measured-execution.ts';
import { awsProblem } from './aws-errors.ts';
import { EXIT, UsageError } from './errors.ts';
import { count, writeJson } from './report.ts';
import { chooseStack, sayChoice } from './stack.ts';
import { colorsFor, type Terminal } from './terminal.ts';

/** The options that name deployed executions of a flow. */
export const EXECUTION_OPTIONS = {
  execution: { kind: 'text', value: 'ARN', summary: 'a deployed execution that succeeded' },
  last: {
    kind: 'count',
    value: 'N',
    summary: 'the latest N executions that succeeded, of --state-machine or in --stack',
  },
  stateMachine: { kind: 'text', value: 'ARN', summary: 'with --last, the state machine of the flow' },
  stack: {
    kind: 'text',
    value: 'NAME',
    summary: 'with --last, the stack whose outputs name the state machine of the flow (default: StepflowStack)',
  },
} as const;

/** What the user gave of {@link EXECUTION_OPTIONS}. */
export interface ExecutionChoice {
  readonly execution: string | undefined;
  readonly last: number | undefined;
  readonly stateMachine: string | undefined;
  readonly stack: string | undefined;
}

/** Refuses options that contradict each other. */
export function checkChoice({ execution, last, stateMachine, stack }: ExecutionChoice): void {
  if (execution !== undefined && last !== undefined)
    throw new UsageError('--execution and --last exclude each other', 'name one execution, or ask for the latest ones');
  if (stateMachine !== undefined && stack !== undefined)
    throw new UsageError('--state-machine and --stack exclude each other', 'the ARN of the state machine is enough');
  if (last === undefined && (stateMachine !== undefined || stack !== undefined))
    throw new UsageError('--state-machine and --stack are for --last', 'say how many executions, such as --last 20');
}

/** A flow whose executions are read. */
export interface FlowOfExecutions {
  readonly file: string;
  readonly compiled: Compiled;
}

/** The executions that were read, and the logs of the functions that they called. */
export interface FoundExecutions {
  readonly executions: readonly ReadExecution[];
  readonly logs: ReadLogs;
}

interface Found {
  readonly executions: readonly ReadExecution[];
  /** How many of the latest ones are of other versions of the flow. */
  readonly others: number;
  readonly clients: ExecutionClients;
}

/**
 * Reads the executions that the user names. Says what keeps AWS from answering, or that they are not the flow's, and answers
 * undefined.
 */
export async function readExecutions(
  choice: ExecutionChoice,
  flow: FlowOfExecutions,
  { command, json, terminal }: { readonly command: string; readonly json: boolean; readonly terminal: Terminal },
): Promise<FoundExecutions | undefined> {
  try {
    const found =
      choice.execution === undefined ? await latest(choice, flow, terminal.cwd) : await named(choice.execution, flow);
    if (found.others > 0 && !json) terminal.stderr.write(`${othersNote(found.others)}\n`);
    return { executions: found.executions, logs: await logsOf(found, flow) };
  } catch (error) {
    const problem = awsProblem(error, { command, page: 'docs/simulating.md' });
    if (!problem) throw error;
    if (json) writeJson({ ok: false, error: { code: 'AWS', ...problem } }, terminal);
    const colors = colorsFor(terminal.stderr, terminal.env);
    terminal.stderr.write(`${colors.red('error')}: ${problem.message}\n  ${colors.cyan('help')}: ${problem.help}\n`);
    return undefined;
  }
}

/** The exit code where there are none. */
export const NO_EXECUTIONS = EXIT.failed;

const othersNote = (others: number): string =>
  `${count(others, 'execution')} of another version of the flow ${others === 1 ? 'is' : 'are'} left out`;

/** What Lambda reports of the calls of executions; where logs cannot be read, why. */
async function logsOf({ executions, clients }: Found, { compiled }: FlowOfExecutions): Promise<ReadLogs> {
  const [{ readReports }, { billedCallsIn }] = await Promise.all([
    import('../executions/measured/index.ts'),
    import('../simulate/measured-executions.ts'),
  ]);
  return readReports(clients, billedCallsIn(compiled, executions));
}

async function named(arn: string, flow: FlowOfExecutions): Promise<Found> {
  const { openExecutionClients, readExecution, readExecutionArn } = await import('../executions/measured/index.ts');
  const { region } = readExecutionArn(arn);
  const clients = await openExecutionClients({ region });
  const execution = await readExecution(clients.sfn, arn);
  const unknown = await unknownIn(execution, flow);
  if (unknown.length > 0) throw await ofAnother(`the execution ${arn} is`, unknown, flow);
  return { executions: [execution], others: 0, clients };
}

async function latest(
  { last = 1, stateMachine, stack }: ExecutionChoice,
  flow: FlowOfExecutions,
  cwd: string,
): Promise<Found> {
  const aws = await import('../executions/measured/index.ts');
  const clients = await aws.openExecutionClients({ region: stateMachine?.split(':')[3] });
  const machine = stateMachine ?? (await machineOf(flow.file, { stack, clients, cwd }));
  const arns = await aws.latestSucceeded(clients.sfn, machine, last);
  if (arns.length === 0)
    throw new aws.ExecutionError(
      `no execution of ${machine} has succeeded, as far as Step Functions remembers: 90 days`,
      'start one, and call this again when it has ended',
    );
  const all: ReadExecution[] = [];
  for (const arn of arns) all.push(await aws.readExecution(clients.sfn, arn));
  const unknown = await Promise.all(all.map((execution) => unknownIn(execution, flow)));
  const executions = all.filter((_, at) => unknown[at]?.length === 0);
  if (executions.length === 0) throw await ofAnother(`the latest executions of ${machine} are`, unknown.flat(), flow);
  return { executions, others: all.length - executions.length, clients };
}

interface Asked {
  readonly stack: string | undefined;
  readonly clients: ExecutionClients;
  readonly cwd: string;
}

async function machineOf(file: string, { stack: given, clients, cwd }: Asked): Promise<string> {
  const { flowInStack, machinesInStack } = await import('../executions/aws/stack-flows.ts');
  const stack = chooseStack(given, cwd);
  const machines = await machinesInStack(clients.cloudFormation, stack.name).catch(sayChoice(stack));
  return machines.get(flowInStack([...machines.keys()], file, stack.name)) ?? '';
}

async function unknownIn({ events }: ReadExecution, { compiled }: FlowOfExecutions): Promise<readonly string[]> {
  const { unknownStates } = await import('../run/report/unknown-states.ts');
  return unknownStates(events, compiled.sourceMap.states);
}

const MAX_NAMED = 3;

async function ofAnother(what: string, states: readonly string[], { file }: FlowOfExecutions): Promise<Error> {
  const { ExecutionError } = await import('../executions/measured/index.ts');
  const names = [...new Set(states)].slice(0, MAX_NAMED).map((state) => `"${state}"`);
  return new ExecutionError(
    `${what} not of ${file} as it is now, which has no ${names.length === 1 ? 'state' : 'states'} ${names.join(', ')}`,
    'name an execution of this flow; if the flow has changed since, deploy it and start it again',
  );
}
