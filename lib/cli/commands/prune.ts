import type { Clients, Deleted, Superfluous } from '../../aws/prune/prune.ts';
import { awsProblem } from '../aws-errors.ts';
import { type CommandCall, defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../errors.ts';
import { count, suggestNext, writeJson } from '../report.ts';
import { colorsFor } from '../terminal.ts';

const options = {
  yes: { kind: 'flag', summary: 'delete what is listed' },
} as const;

/** `stepflow prune STACK` */
export const pruneCommand = defineCommand({
  name: 'prune',
  summary: 'List what earlier deployments of a stack left and no execution needs, and delete it with --yes.',
  positionals: [{ name: 'STACK', summary: 'the name of the CloudFormation stack' }],
  options,
  json: 'what nothing needs any more, and whether it was deleted',
  examples: ['prune StepflowStack', 'prune StepflowStack --yes', 'prune StepflowStack --json'],
  action: async (call) => {
    const { findSuperfluous, openClients } = await import('../../aws/prune/prune.ts');
    const clients = await openClients();
    const [stack = ''] = call.args;
    const found = await findSuperfluous(clients, stack).catch(explain);
    return call.options.yes ? remove(clients, found, call) : list(found, call);
  },
});

type PruneCall = CommandCall<typeof options>;

function list(found: readonly Superfluous[], { args, json, terminal }: PruneCall): number {
  if (json) writeJson(reportOf(found, false), terminal);
  else {
    const colors = colorsFor(terminal.stdout, terminal.env);
    for (const part of found) terminal.stdout.write(`  ${lineOf(part)}\n`);
    const mark = found.length === 0 ? colors.green('✔') : colors.yellow('!');
    terminal.stdout.write(`${mark} ${sentenceOf(found)}\n`);
    if (found.length > 0) suggestNext(`prune ${args[0]} --yes`, terminal);
  }
  return EXIT.ok;
}

const sentenceOf = ({ length }: readonly Superfluous[]): string =>
  length === 0
    ? 'nothing is left of earlier deployments that no execution needs'
    : `${count(length, 'thing')} that nothing needs any more`;

async function remove(clients: Clients, found: readonly Superfluous[], { json, terminal }: PruneCall): Promise<number> {
  const { deleteParts } = await import('../../aws/prune/prune.ts');
  const colors = colorsFor(terminal.stdout, terminal.env);
  const show = (part: Deleted): void => {
    if (part.problem === undefined) terminal.stdout.write(`  ${colors.green('✔')} ${lineOf(part)}\n`);
    else terminal.stdout.write(`  ${colors.red('✖')} ${lineOf(part)}: ${part.problem}\n`);
  };
  const deleted = await deleteParts(clients, found, json ? undefined : show);
  const failed = deleted.filter(({ problem }) => problem !== undefined);
  if (json) writeJson(reportOf(deleted, true), terminal);
  else if (failed.length === 0)
    terminal.stdout.write(`${colors.green('✔')} ${count(deleted.length, 'thing')} deleted\n`);
  else {
    const parts = `${count(failed.length, 'thing')} of ${deleted.length}`;
    terminal.stdout.write(
      `${colors.red('✖')} ${parts} could not be deleted; correct what AWS says, and call prune again\n`,
    );
  }
  return failed.length === 0 ? EXIT.ok : EXIT.failed;
}

const reportOf = (parts: readonly Deleted[], deleted: boolean) => ({
  ok: parts.every(({ problem }) => problem === undefined),
  deleted,
  parts: parts.map(({ kind, arn, problem }) => ({ kind, arn, ...(problem !== undefined && { problem }) })),
});

const WIDTH = 'state machine version'.length;

const lineOf = ({ kind, arn }: Superfluous): string =>
  `${kind.padEnd(WIDTH)}  ${arn.replace(/^(?:[^:]*:){6}|^.*\//, '')}`;

/** Throws what kept AWS from answering, with what to do about it. */
function explain(error: unknown): never {
  const problem = awsProblem(error, { command: 'prune', page: 'docs/deploying.md' });
  throw problem ? new UsageError(problem.message, problem.help) : error;
}
