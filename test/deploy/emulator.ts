import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { emulatorPython } from './python.ts';

const LAUNCHER = join(import.meta.dirname, 'launcher.py');
const START_SECONDS = 180;
/** Another process may take the port between its choice and its use. */
const STARTS = 3;
/** Milliseconds that an emulator may take to end, before it is killed. */
const END_MS = 20_000;

/** A running emulator of AWS. */
export interface Emulator {
  /** The base address of all services, e.g. `http://127.0.0.1:21234`. */
  readonly endpoint: string;
  readonly port: number;
  /** A temporary folder, removed with the emulator. */
  readonly folder: string;
  /** The environment that makes the CDK and the SDK call the emulator. */
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** Starts an emulator on a free loopback port. It ends with {@link Emulator.stop}, at the latest with this process. */
export async function startEmulator(): Promise<Emulator> {
  const python = await emulatorPython();
  for (let left = STARTS - 1; ; left -= 1) {
    try {
      return await startOn(await freePort(), python);
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

async function startOn(port: number, python: string): Promise<Emulator> {
  const folder = await mkdtemp(join(tmpdir(), 'stepflow-emulator-'));
  const launched = launch(python, port, folder);
  const endpoint = `http://127.0.0.1:${port}`;
  const emulator = { endpoint, port, folder, env: credentials(endpoint), stop: () => stop(launched.child, folder) };
  try {
    await ready(endpoint, launched);
  } catch (error) {
    await emulator.stop();
    throw error;
  }
  return emulator;
}

interface Launched {
  readonly child: ChildProcess;
  /** The end of its output. */
  readonly log: () => string;
}

/** Standard input stays open as long as this process runs: when it closes, the launcher ends. */
function launch(python: string, port: number, folder: string): Launched {
  const child = spawn(python, [LAUNCHER], {
    env: {
      PATH: process.env.PATH,
      TMPDIR: folder,
      HOME: folder,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    // An interrupt of this process group must not end the launcher, which has to clean up.
    detached: true,
  });
  let log = '';
  const note = (text: unknown): void => {
    log = `${log}${text}`.slice(-4000);
  };
  child.stdout.on('data', note);
  child.stderr.on('data', note);
  child.stdin.on('error', () => {}); // The launcher has already ended.
  return { child, log: () => log };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

async function ready(endpoint: string, { child, log }: Launched): Promise<void> {
  const deadline = Date.now() + START_SECONDS * 1000;
  while (Date.now() < deadline && !hasEnded(child)) {
    if (await isEmulator(endpoint)) return;
    await sleep(100);
  }
  const how = hasEnded(child) ? 'ended before it answered' : `did not answer within ${START_SECONDS} seconds`;
  throw new Error(`The emulator at ${endpoint} ${how}. Its log ends:\n${log()}`);
}

/** Whether the emulator answers there, and not another server. */
async function isEmulator(endpoint: string): Promise<boolean> {
  try {
    const answer = await fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(10_000) });
    return answer.ok && (await answer.text()).includes('"states"');
  } catch {
    return false;
  }
}

/** Lets the launcher end, then kills what is left of it and of the functions that it started. */
async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (!hasEnded(child)) {
    const exited = once(child, 'exit');
    child.stdin?.end();
    await Promise.race([exited, sleep(END_MS, undefined, { ref: false })]);
  }
  killGroup(child.pid);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // No process is left.
  }
}

const credentials = (endpoint: string): NodeJS.ProcessEnv => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
});
