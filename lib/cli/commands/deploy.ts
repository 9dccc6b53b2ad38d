import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CdkApp, callCdk, stacksTo, withApp } from '../cdk.ts';
import { type CommandCall, defineCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { type Planned, planDeployment, showChanges } from '../flow-changes.ts';
import { suggestNext, writeJson } from '../report.ts';
import { ACCOUNT_OPTIONS } from '../stack.ts';
import { colorsFor } from '../terminal.ts';

const options = {
  yes: { kind: 'flag', summary: 'do not ask before rights or security groups become wider' },
  ...ACCOUNT_OPTIONS,
} as const;

/** `stepflow deploy [STACK…]` */
export const deployCommand = defineCommand({
  name: 'deploy',
  summary: "Deploy the flows of cdk.json's app, with the CDK's own command; says first what changes of each flow.",
  positionals: stacksTo('deploy'),
  options,
  json: 'the outputs of each stack, and what changed of each flow',
  examples: ['deploy', 'deploy StepflowStack --profile production', 'deploy --yes --json'],
  action: (call) =>
    withApp(call, async (app) => {
      const planned = await planDeployment(app, call.args, call.options, {
        command: 'deploy',
        terminal: call.terminal,
      });
      showChanges(planned, call.terminal);
      return deploy(app, planned, call);
    }),
});

async function deploy(
  app: CdkApp,
  planned: Planned,
  { options: given, json, terminal }: CommandCall<typeof options>,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'stepflow-deploy-'));
  const file = join(folder, 'outputs.json');
  try {
    // What was compared is what is deployed: the app is not run again.
    const argv = [
      'deploy',
      ...planned.stacks.map(({ selector }) => selector),
      '--app',
      app.output,
      '--outputs-file',
      file,
    ];
    const asked = given.yes ? ['--require-approval', 'never'] : [];
    await callCdk(app, [...argv, '--progress', 'events', ...asked], given, terminal);
    const outputs: { readonly [stack: string]: object } = JSON.parse(readFileSync(file, 'utf8'));
    const stacks = planned.stacks.map(({ name }) => ({ name, outputs: outputs[name] ?? {} }));
    if (json) writeJson({ ok: true, stacks, flows: planned.flows }, terminal);
    else showEnd(planned, outputs, terminal);
    return EXIT.ok;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function showEnd(
  { stacks, flows }: Planned,
  outputs: { readonly [stack: string]: object },
  terminal: CommandCall<typeof options>['terminal'],
): void {
  const { green } = colorsFor(terminal.stdout, terminal.env);
  for (const { name } of stacks) {
    const url = Reflect.get(outputs[name] ?? {}, 'ApiUrl');
    terminal.stdout.write(`${green('✔')} ${name} is deployed${url === undefined ? '' : `; its API is ${url}`}\n`);
  }
  const [first] = [...flows].sort((a, b) => order(a.change) - order(b.change));
  if (!first || first.change === 'removed') return;
  const stack = stacks.length > 1 ? ` --stack ${first.stack}` : '';
  suggestNext(`submit ${first.flow}${stack}`, terminal);
}

/** A flow that is new is what one would try first. */
const order = (change: Planned['flows'][number]['change']): number =>
  ['added', 'changed', 'unchanged', 'removed'].indexOf(change);
