import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Emulator } from './emulator.ts';

const run = promisify(execFile);

/** The repository, where cdk.json is. */
export const ROOT = join(import.meta.dirname, '../..');

/** Milliseconds that the start of an emulator and a deployment may take on a busy machine. */
export const DEPLOY_TIMEOUT = 900_000;

/** Milliseconds that an execution may take there. */
export const RUN_TIMEOUT = 300_000;

/** The outputs of a deployed stack, by name. */
export type Outputs = { readonly [name: string]: string };

/** `npx cdk bootstrap` by the environment's name, in a folder without an app, so that none is synthesised. */
export const bootstrap = (emulator: Emulator): Promise<void> =>
  cdk(emulator, emulator.folder, 'bootstrap', 'aws://000000000000/us-east-1');

/** `npx cdk deploy --all` of the app that `command` runs in {@link ROOT}; returns the outputs of each stack. */
export async function deploy(
  emulator: Emulator,
  command: string,
  context: { readonly [key: string]: string },
): Promise<{ readonly [stack: string]: Outputs }> {
  const outputs = join(emulator.folder, 'outputs.json');
  const output = join(emulator.folder, 'cdk.out');
  const options = ['--require-approval', 'never', '--outputs-file', outputs, '--output', output, '--app', command];
  const given = Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  await cdk(emulator, ROOT, 'deploy', '--all', ...options, ...given);
  return JSON.parse(await readFile(outputs, 'utf8'));
}

const CDK = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin/cdk');

/** Keeps the CDK from calling anything but the emulator, and from reading and writing the user's files. */
export const isolated = ({ env, folder }: Emulator): NodeJS.ProcessEnv => ({
  ...env,
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  CDK_HOME: join(folder, '.cdk'),
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CDK_DISABLE_VERSION_CHECK: '1',
  NO_PROXY: '127.0.0.1,localhost',
  no_proxy: '127.0.0.1,localhost',
  npm_config_offline: 'true',
  npm_config_update_notifier: 'false',
  CI: 'true',
  NO_COLOR: '1',
});

/** `npx cdk …` in the folder `cwd`. Rejects with the command's output if it fails. */
async function cdk(emulator: Emulator, cwd: string, ...args: string[]): Promise<void> {
  try {
    const options = { cwd, env: { ...process.env, ...isolated(emulator) }, maxBuffer: 64 * 1024 * 1024 };
    await run(process.execPath, [CDK, ...args, '--no-notices'], options);
  } catch (error) {
    const { stdout, stderr } = { stdout: '', stderr: String(error), ...Object(error) };
    throw new Error(`"npx cdk ${args.join(' ')}" failed:\n${stdout}\n${stderr}`);
  }
}
