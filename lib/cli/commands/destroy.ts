import type { ListExecutionsCommandOutput } from '@aws-sdk/client-sfn';
import { callCdk, isAskable, stacksTo, withApp } from '../cdk.ts';
import { defineCommand } from '../command.ts';
import { openStack } from '../deployed.ts';
import { EXIT, UsageError } from '../errors.ts';
import { synthesize } from '../flow-changes.ts';
import { count, writeJson } from '../report.ts';
import { ACCOUNT_OPTIONS, type GivenPlace } from '../stack.ts';
import { colorsFor, type Terminal } from '../terminal.ts';

/** `stepflow destroy [STACK…]` */
export const destroyCommand = defineCommand({
  name: 'destroy',
  summary: 'Delete stacks of the app of cdk.json; says first which flows they have, and which executions would end.',
  positionals: stacksTo('delete'),
  options: {
    yes: { kind: 'flag', summary: 'do not ask' },
    ...ACCOUNT_OPTIONS,
  },
  json: 'the stacks that were deleted, and their flows',
  examples: ['destroy', 'destroy StepflowStack --profile sandbox', 'destroy --yes --json'],
  action: ({ args, options: given, json, terminal }) =>
    withApp({ json, terminal }, async (app) => {
      if (!given.yes && !isAskable(terminal))
        throw new UsageError('nobody can be asked here whether to delete the stacks', 'say it with --yes');
      const stacks = await synthesize(app, args, given, terminal);
      const found = await Promise.all(
        stacks.map(({ name, region }) => flowsOf({ ...given, region: region ?? given.region, stack: name }, terminal)),
      );
      for (const one of found) show(one, terminal);
      const argv = ['destroy', ...stacks.map(({ selector }) => selector), '--app', app.output];
      await callCdk(app, [...argv, ...(given.yes ? ['--force'] : [])], given, terminal);
      if (json) writeJson({ ok: true, stacks: found }, terminal);
      else terminal.stdout.write(`${colorsFor(terminal.stdout, terminal.env).green('✔')} ${KEPT}\n`);
      return EXIT.ok;
    }),
});

const KEPT = 'deleted; the blob bucket and the logs are kept where the stack says so (docs/deploying.md)';

interface DeployedStack {
  readonly name: string;
  readonly flows: readonly { readonly flow: string; readonly running: number }[];
}

/** More are told as so many. */
const MOST_COUNTED = 1000;

/** The flows of a stack, and how many executions of each are running. None where it is not deployed. */
async function flowsOf(given: GivenPlace, terminal: Terminal): Promise<DeployedStack> {
  const name = given.stack ?? '';
  const opened = await openStack(given, terminal).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ExecutionError') return undefined;
    throw error;
  });
  if (!opened) return { name, flows: [] };
  const { ListExecutionsCommand } = await import('@aws-sdk/client-sfn');
  const { sfn } = opened.clients;
  const flows = [...opened.machines].map(async ([flow, stateMachineArn]) => {
    const request = { stateMachineArn, statusFilter: 'RUNNING', maxResults: MOST_COUNTED } as const;
    const { executions = [] } = await sfn.send(new ListExecutionsCommand(request)).catch(noneListed);
    return { flow, running: executions.length };
  });
  return { name, flows: await Promise.all(flows) };
}

function show({ name, flows }: DeployedStack, { stderr, env }: Terminal): void {
  const { yellow } = colorsFor(stderr, env);
  if (flows.length === 0) return void stderr.write(`Stack ${name} has no flows, or is not deployed\n`);
  stderr.write(`Stack ${name} has ${count(flows.length, 'flow')}: ${flows.map(({ flow }) => flow).join(', ')}\n`);
  for (const { flow, running } of flows.filter((one) => one.running > 0)) {
    const many = running === MOST_COUNTED ? `${running} or more executions` : count(running, 'execution');
    stderr.write(`  ${yellow('!')} ${many} of ${flow} ${running === 1 ? 'is' : 'are'} running, and will end ABORTED\n`);
  }
}

/** Express executions are not listed. */
function noneListed(error: unknown): Partial<ListExecutionsCommandOutput> {
  if (error instanceof Error && error.name === 'StateMachineTypeNotSupported') return {};
  throw error;
}
