import type { SynthesizedStack } from '../aws/changes/assembly.ts';
import type { FlowChange } from '../aws/changes/flow-changes.ts';
import { awsProblem } from './aws-errors.ts';
import { type CdkApp, type CdkPlace, callCdk } from './cdk.ts';
import { UsageError } from './errors.ts';
import { count } from './report.ts';
import { colorsFor, type Terminal } from './terminal.ts';

/** What a deployment does to a flow of a stack. */
export interface StackChange extends FlowChange {
  readonly stack: string;
}

/** What a deployment would do. */
export interface Planned {
  readonly stacks: readonly SynthesizedStack[];
  readonly flows: readonly StackChange[];
}

/** Synthesises an app. `wanted`: the names of the stacks; all where there are none. @throws CdkFailed, and UsageError for an unknown stack */
export async function synthesize(
  app: CdkApp,
  wanted: readonly string[],
  place: CdkPlace,
  terminal: Terminal,
): Promise<readonly SynthesizedStack[]> {
  await callCdk(app, ['synth', '--quiet', '--output', app.output], place, terminal);
  const { readAssembly } = await import('../aws/changes/assembly.ts');
  return chosen(readAssembly(app.output), wanted);
}

/** {@link synthesize}, and what deploying the stacks changes of each flow. @throws UsageError where AWS does not answer */
export async function planDeployment(
  app: CdkApp,
  wanted: readonly string[],
  place: CdkPlace,
  { command, terminal }: { readonly command: string; readonly terminal: Terminal },
): Promise<Planned> {
  const stacks = await synthesize(app, wanted, place, terminal);
  const [{ deployedTemplate }, { flowChanges }, { openExecutionClients }] = await Promise.all([
    import('../aws/changes/deployed-template.ts'),
    import('../aws/changes/flow-changes.ts'),
    import('../executions/measured/index.ts'),
  ]);
  const changes = stacks.map(async ({ name, region = place.region, template }) => {
    const { cloudFormation } = await openExecutionClients({ ...place, region });
    const before = await deployedTemplate(cloudFormation, name);
    return flowChanges(before, template()).map((change): StackChange => ({ stack: name, ...change }));
  });
  const flows = await Promise.all(changes).catch((error: unknown) => {
    const problem = awsProblem(error, { command, page: 'docs/deploying.md' });
    throw problem ? new UsageError(problem.message, problem.help) : error;
  });
  return { stacks, flows: flows.flat() };
}

function chosen(stacks: readonly SynthesizedStack[], wanted: readonly string[]): readonly SynthesizedStack[] {
  if (wanted.length === 0) return stacks;
  const found = stacks.filter(({ name, selector }) => wanted.includes(name) || wanted.includes(selector));
  const missing = wanted.find((one) => !found.some(({ name, selector }) => one === name || one === selector));
  if (missing === undefined) return found;
  throw new UsageError(
    `the app has no stack "${missing}"`,
    `its stacks are ${stacks.map(({ selector }) => selector).join(', ')}`,
  );
}

const MARKS = { added: '+', changed: '~', removed: '-' } as const;

/** Shows what changes of each flow; those that stay as they are are counted. */
export function showChanges({ stacks, flows }: Planned, terminal: Terminal): void {
  const { stderr } = terminal;
  const colors = colorsFor(stderr, terminal.env);
  const paints = { added: colors.green, changed: colors.yellow, removed: colors.red };
  for (const { name } of stacks) {
    const own = flows.filter(({ stack }) => stack === name);
    const unchanged = own.filter(({ change }) => change === 'unchanged').length;
    stderr.write(`Stack ${name}\n`);
    const width = Math.max(0, ...own.map(({ flow }) => flow.length));
    for (const { flow, change, parts } of own) {
      if (change === 'unchanged') continue;
      const what = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
      stderr.write(`  ${paints[change](MARKS[change])} ${flow.padEnd(width)}  ${change}${what}\n`);
    }
    if (unchanged > 0) stderr.write(`  ${count(unchanged, 'flow')} unchanged\n`);
  }
}
