import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findUp } from '../project/find-up.ts';
import { UsageError } from './errors.ts';
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
export function findApp({ cwd }: Pick<Terminal, 'cwd'>): CdkApp {
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

/** Where the CDK works. */
export interface CdkPlace {
  readonly region: string | undefined;
  readonly profile: string | undefined;
}

/**
 * Calls the CDK's command in the folder of an app, and answers its exit code. What it says, its progress included, goes to standard
 * error; on a terminal it may ask.
 */
export async function callCdk(
  { folder, command }: CdkApp,
  argv: readonly string[],
  { region, profile }: CdkPlace,
  terminal: Terminal,
): Promise<number> {
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
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** Whether a person can answer a question of the CDK. */
export const isAskable = ({ stderr }: Pick<Terminal, 'stderr'>): boolean =>
  stderr.isTTY === true && process.stdin.isTTY === true && process.stderr.isTTY === true;
