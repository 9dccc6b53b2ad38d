import {
  DescribeStateMachineAliasCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  type ExecutionListItem,
  ListStateMachineAliasesCommand,
  ListStateMachineVersionsCommand,
  ListTagsForResourceCommand,
  paginateListExecutions,
  paginateListStateMachines,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import pLimit from 'p-limit';
import { STACK_TAG } from '../../protocol/deployed.ts';
import type { DeployedMachine, MachineVersion, Revision } from './deployment.ts';

/** What is looked for. */
interface Wanted {
  readonly stack: string;
  readonly current: ReadonlySet<string>;
  readonly settleSeconds: number;
}

/** Requests at a time: Step Functions allows few a second, and the client repeats what was refused. */
const REQUESTS = 4;

/**
 * What CloudFormation makes of the logical ids of nested state machines, which end with hashes: see `createNestedMachines`. Only
 * of these is it asked whose they are, since an account may have thousands of others.
 */
const NESTED_NAME = /[0-9a-f]{6}[A-Za-z0-9]*[0-9a-f]{8}(?:-|$)/;

/** The state machines that were deployed with a stack, now or before. */
export async function readMachines(sfn: SFNClient, wanted: Wanted): Promise<readonly DeployedMachine[]> {
  const limit = pLimit(REQUESTS);
  const candidates: string[] = [];
  for await (const { stateMachines = [] } of paginateListStateMachines({ client: sfn }, {}))
    candidates.push(
      ...stateMachines.flatMap(({ stateMachineArn = '', name = '' }) =>
        wanted.current.has(stateMachineArn) || NESTED_NAME.test(name) ? [stateMachineArn] : [],
      ),
    );
  const found = candidates.map((arn) =>
    limit(async () => ((await belongsTo(sfn, arn, wanted.stack)) ? [await readMachine(sfn, arn, wanted)] : [])),
  );
  return (await Promise.all(found)).flat();
}

async function belongsTo(sfn: SFNClient, resourceArn: string, stack: string): Promise<boolean> {
  const { tags = [] } = await sfn.send(new ListTagsForResourceCommand({ resourceArn }));
  return tags.some(({ key, value }) => key === STACK_TAG && value === stack);
}

async function readMachine(sfn: SFNClient, arn: string, { settleSeconds }: Wanted): Promise<DeployedMachine> {
  const { type, ...latest } = await readRevision(sfn, arn);
  const aliases = await readAliases(sfn, arn);
  // Express executions are not listed; none lives longer than five minutes.
  const executions = type === 'EXPRESS' ? [] : await runningExecutions(sfn, arn);
  const inUse = new Set([
    ...aliases.flatMap(({ versions }) => versions),
    ...executions.flatMap(({ stateMachineVersionArn }) => stateMachineVersionArn ?? []),
  ]);
  const movedAfter = Date.now() - settleSeconds * 1000;
  return {
    arn,
    latest,
    versions: await readVersions(sfn, arn, inUse),
    running: await readRunning(sfn, executions),
    justMoved: aliases.some(({ moved }) => moved > movedAfter),
  };
}

async function readRevision(sfn: SFNClient, stateMachineArn: string): Promise<Revision & { readonly type: string }> {
  const {
    definition = '',
    roleArn = '',
    type = '',
  } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  return { definition, roleArn, type };
}

/** The pages of a list for which the SDK has no paginator. */
async function* pagesOf<Page extends { readonly nextToken?: string | undefined }>(
  ask: (token: { readonly nextToken?: string }) => Promise<Page>,
): AsyncGenerator<Page> {
  let nextToken: string | undefined;
  do {
    const page = await ask(nextToken ? { nextToken } : {});
    yield page;
    nextToken = page.nextToken;
  } while (nextToken);
}

async function readVersions(
  sfn: SFNClient,
  stateMachineArn: string,
  inUse: ReadonlySet<string>,
): Promise<readonly MachineVersion[]> {
  const versions: MachineVersion[] = [];
  const pages = pagesOf((token) => sfn.send(new ListStateMachineVersionsCommand({ stateMachineArn, ...token })));
  for await (const { stateMachineVersions: page = [] } of pages)
    for (const { stateMachineVersionArn: arn = '' } of page) {
      const { definition, roleArn } = await readRevision(sfn, arn);
      versions.push({ arn, definition, roleArn, inUse: inUse.has(arn) });
    }
  return versions;
}

interface Alias {
  /** The versions that it points to. */
  readonly versions: readonly string[];
  /** When it was last moved, in milliseconds. */
  readonly moved: number;
}

async function readAliases(sfn: SFNClient, stateMachineArn: string): Promise<readonly Alias[]> {
  const aliases: Alias[] = [];
  const pages = pagesOf((token) => sfn.send(new ListStateMachineAliasesCommand({ stateMachineArn, ...token })));
  for await (const { stateMachineAliases: page = [] } of pages)
    for (const { stateMachineAliasArn } of page) {
      const alias = await sfn.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }));
      const versions = (alias.routingConfiguration ?? []).flatMap((each) => each.stateMachineVersionArn ?? []);
      aliases.push({ versions, moved: alias.updateDate?.getTime() ?? 0 });
    }
  return aliases;
}

/** Those that run, and those that wait to be redriven by a Map Run of theirs. */
async function runningExecutions(sfn: SFNClient, stateMachineArn: string): Promise<readonly ExecutionListItem[]> {
  const found: ExecutionListItem[] = [];
  for (const statusFilter of ['RUNNING', 'PENDING_REDRIVE'] as const)
    for await (const { executions = [] } of paginateListExecutions({ client: sfn }, { stateMachineArn, statusFilter }))
      found.push(...executions);
  return found;
}

/** The revisions that executions began with which were started without a version. */
async function readRunning(sfn: SFNClient, executions: readonly ExecutionListItem[]): Promise<readonly Revision[]> {
  const running = new Map<string, Revision>();
  for (const { executionArn, stateMachineVersionArn } of executions) {
    if (stateMachineVersionArn !== undefined) continue;
    const began = await sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
    const { definition = '', roleArn = '' } = began;
    running.set(`${roleArn} ${definition}`, { definition, roleArn });
  }
  return [...running.values()];
}
