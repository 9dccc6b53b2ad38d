import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findUp } from '../project/find-up.ts';
import type { Positional } from './command.ts';
import { EXIT, UsageError } from './errors.ts';
import { writeJson } from './report.ts';
import type { Terminal } from './terminal.ts';

/** An app of the CDK, and the command that deploys it. */
export interface CdkApp {
  /** The folder of its cdk.json. */
  readonly folder: string;
  /** The folder that `cdk synth` writes to, absolute. */
  readonly output: string;
  /** The script of the CDK's command, of the app's own dependencies. */
  readonly command: string;
}

/** The app of the nearest cdk.json. @throws UsageError where there is none, or the CDK is not installed */
function findApp({ cwd }: Pick<Terminal, 'cwd'>): CdkApp {
  const config = findUp('cdk.json', cwd);
  if (config === undefined)
    throw new UsageError(
      `there is no cdk.json in ${cwd} or above it`,
      'docs/deploying.md has one of two lines, and the app that it names; then call this again',
    );
  const folder = dirname(config);
  return { folder, output: outputOf(config), command: commandIn(folder) };
}

/** The folder that `cdk synth` writes to for a cdk.json, absolute. */
export function outputOf(config: string): string {
  const folder = dirname(config);
  try {
    const { output } = JSON.parse(readFileSync(config, 'utf8'));
    return join(folder, typeof output === 'string' ? output : DEFAULT_OUTPUT);
  } catch {
    // What is wrong with it, the CDK says.
    return join(folder, DEFAULT_OUTPUT);
  }
}

const DEFAULT_OUTPUT = 'cdk.out';

/** That of the app's own dependencies, else the one that is installed beside this package. */
function commandIn(folder: string): string {
  for (const from of [join(folder, 'package.json'), import.meta.url]) {
    try {
      return join(dirname(createRequire(from).resolve('aws-cdk/package.json')), 'bin/cdk');
    } catch {
      // Not there.
    }
  }
  throw new UsageError(
    `the CDK's command is not installed in ${folder}`,
    'install it: npm install --save-dev aws-cdk aws-cdk-lib constructs',
  );
}

/** The CDK ended with an error, which it has told itself. */
class CdkFailed extends Error {
  override readonly name = 'CdkFailed';
}

/** Works on the app of the nearest cdk.json. Answers the exit code of `act`, or that of a command of the CDK that failed. */
export async function withApp(
  { json, terminal }: { readonly json: boolean; readonly terminal: Terminal },
  act: (app: CdkApp) => Promise<number>,
): Promise<number> {
  try {
    return await act(findApp(terminal));
  } catch (error) {
    if (!(error instanceof CdkFailed)) throw error;
    if (json) writeJson({ ok: false, error: { code: 'CDK', message: FAILED } }, terminal);
    return EXIT.failed;
  }
}

const FAILED = "the CDK's command failed; what it said is on standard error";

/** The positional argument of commands for stacks of an app. `what`: what is done to them. */
export const stacksTo = (what: string): readonly Positional[] => [
  { name: 'STACK', summary: `the stacks to ${what} (default: all of the app)`, optional: true, many: true },
];

/** Where the CDK works. */
export interface CdkPlace {
  readonly region: string | undefined;
  readonly profile: string | undefined;
}

/**
 * Calls the CDK's command in the folder of an app. What it says, its progress included, goes to standard error; on a terminal it may
 * ask. @throws CdkFailed where it fails
 */
export async function callCdk(
  { folder, command }: CdkApp,
  argv: readonly string[],
  { region, profile }: CdkPlace,
  terminal: Terminal,
): Promise<void> {
  const isInteractive = isAskable(terminal);
  const env = {
    ...process.env,
    ...(region !== undefined && { AWS_REGION: region, AWS_DEFAULT_REGION: region, CDK_DEFAULT_REGION: region }),
    // What a console of the CDK would draw, nothing else of ours is to overwrite.
    ...(!isInteractive && { CI: 'true' }),
  };
  const given = [...argv, '--no-notices', ...(profile === undefined ? [] : ['--profile', profile])];
  const child = spawn(process.execPath, [command, ...given], {
    ...{ cwd: folder, env },
    stdio: isInteractive ? ['inherit', 2, 2] : ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => terminal.stderr.write(text));
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new CdkFailed();
}

/** Whether a person can answer a question of the CDK. */
export const isAskable = ({ stderr }: Pick<Terminal, 'stderr'>): boolean =>
  stderr.isTTY === true && process.stdin.isTTY === true && process.stderr.isTTY === true;
