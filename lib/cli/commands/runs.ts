import type { ListedExecution } from '../../executions/executions.ts';
import { asking } from '../ask-aws.ts';
import { type CommandCall, defineCommand } from '../command.ts';
import { flowIn, openStack } from '../deployed.ts';
import { EXIT } from '../errors.ts';
import { listLocalRuns } from '../local-runs.ts';
import { table } from '../render/columns.ts';
import { duration } from '../render/duration.ts';
import { writeJson } from '../report.ts';
import { PLACE_OPTIONS } from '../stack.ts';
import { colorsFor } from '../terminal.ts';

const DEFAULT_LIMIT = 20;

const options = {
  limit: { kind: 'count', value: 'N', summary: `the most of each flow, the latest first (default: ${DEFAULT_LIMIT})` },
  flow: { kind: 'text', value: 'NAME', summary: 'only those of this flow' },
  deployed: { kind: 'flag', summary: 'executions of the deployed flows; --stack, --region and --profile imply it' },
  ...PLACE_OPTIONS,
} as const;

/** `stepflow runs` */
export const runsCommand = defineCommand({
  name: 'runs',
  summary: 'List the runs on this machine, or the executions of deployed flows, the latest first.',
  positionals: [],
  options,
  json: 'a run an entry: its id, flow, status and start',
  examples: [
    'runs',
    'runs --flow user-insights --limit 5 --json',
    'runs --deployed',
    'runs --stack Insights --region eu-west-1',
  ],
  action: async (call) => {
    const { deployed, stack, region, profile } = call.options;
    const isDeployed = deployed || [stack, region, profile].some((given) => given !== undefined);
    const listed = isDeployed ? await asking('runs', () => ofStack(call)) : await ofMachine(call);
    if (call.json) writeJson(listed, call.terminal);
    else show(listed, call);
    return EXIT.ok;
  },
});

type RunsCall = CommandCall<typeof options>;
type Listed = Omit<ListedExecution, 'execution'> & Partial<Pick<ListedExecution, 'execution'>>;

async function ofMachine({ options: { flow, limit = DEFAULT_LIMIT }, terminal }: RunsCall): Promise<readonly Listed[]> {
  const runs = await listLocalRuns(terminal);
  return runs
    .filter((run) => flow === undefined || run.flow === flow)
    .slice(0, limit)
    .map(({ id, flow: name, status, at }) => ({ id, flow: name, status, startedAt: new Date(at).toISOString() }));
}

async function ofStack({ options: given, terminal }: RunsCall): Promise<readonly Listed[]> {
  const { flow, limit = DEFAULT_LIMIT } = given;
  const stack = await openStack(given, terminal);
  const names = flow === undefined ? [...stack.machines.keys()] : [flow];
  const all: ListedExecution[] = [];
  for (const name of names) {
    const opened = await flowIn(stack, name);
    const [summary] = opened.executions.flows();
    // Of Express executions AWS keeps no record: they are passed over, unless they are asked for.
    if (summary?.type === 'EXPRESS' && flow === undefined) continue;
    all.push(...(await opened.executions.list(opened.flow, { limit })).executions);
  }
  return all.sort((one, other) => ((one.startedAt ?? '') < (other.startedAt ?? '') ? 1 : -1));
}

function show(listed: readonly Listed[], { terminal: { stdout, env } }: RunsCall): void {
  if (listed.length === 0) stdout.write('there are none\n');
  const rows = listed.map(({ id, flow, status, startedAt = '', execution }) => [
    ...[id, flow, status.toLowerCase(), `${startedAt.slice(0, 19)}Z`],
    execution?.durationMs === undefined ? '' : duration(execution.durationMs),
  ]);
  const lines =
    rows.length === 0 ? [] : table(['id', 'flow', 'status', 'started', 'took'], rows, colorsFor(stdout, env));
  stdout.write(
    lines
      .slice(1)
      .map((line) => `${line.trimEnd()}\n`)
      .join(''),
  );
}
