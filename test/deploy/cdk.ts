import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Emulator, startEmulator } from './emulator.ts';

const run = promisify(execFile);

/** The repository, where cdk.json is. */
export const ROOT = join(import.meta.dirname, '../..');

/** The outputs of a deployed stack, by name. */
export type Outputs = { readonly [name: string]: string };

/** A stack deployed into an emulator of its own. */
export interface Deployment {
  readonly emulator: Emulator;
  readonly outputs: Outputs;
}

/** Starts an emulator, and deploys a stack there as a user would; the emulator ends where that fails. */
export async function deployAnew(stack: string, app: CdkApp): Promise<Deployment> {
  const emulator = await startEmulator();
  try {
    await bootstrap(emulator);
    return { emulator, outputs: await deploy(emulator, stack, app) };
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}

/** `npx cdk bootstrap` by the environment's name: from where there is no app, so that none is synthesised for it. */
const bootstrap = (emulator: Emulator): Promise<void> =>
  cdk(emulator, emulator.folder, 'bootstrap', 'aws://000000000000/us-east-1');

/** A CDK app. */
export interface CdkApp {
  /** Where it is run. */
  readonly folder: string;
  /** What runs it. @default what the folder's cdk.json says */
  readonly command?: string;
  /** Its context besides what its cdk.json has. */
  readonly context?: { readonly [key: string]: string };
}

/** `npx cdk deploy` of a stack of an app; answers the stack's outputs. */
async function deploy(emulator: Emulator, stack: string, { folder, command, context = {} }: CdkApp): Promise<Outputs> {
  const outputs = join(emulator.folder, 'outputs.json');
  const output = join(emulator.folder, 'cdk.out');
  const options = ['--require-approval', 'never', '--outputs-file', outputs, '--output', output];
  const app = command === undefined ? [] : ['--app', command];
  const given = Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  await cdk(emulator, folder, 'deploy', stack, ...options, ...app, ...given);
  return JSON.parse(await readFile(outputs, 'utf8'))[stack];
}

/** `npx cdk …` in the folder `cwd`. Rejects with all that the command wrote where it fails. */
async function cdk({ env }: Emulator, cwd: string, ...args: string[]): Promise<void> {
  try {
    const options = { cwd, env: { ...process.env, ...env, CI: 'true', NO_COLOR: '1' } };
    await run('npx', ['--prefix', ROOT, 'cdk', ...args], options);
  } catch (error) {
    const { stdout, stderr } = { stdout: '', stderr: String(error), ...Object(error) };
    throw new Error(`"npx cdk ${args.join(' ')}" failed:\n${stdout}\n${stderr}`);
  }
}
