import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { emulatorPython } from './python.ts';

const LAUNCHER = join(import.meta.dirname, 'launcher.py');
const START_SECONDS = 60;

/** A running emulator of AWS. */
export interface Emulator {
  /** The base address of all services, e.g. `http://127.0.0.1:41234`. */
  readonly endpoint: string;
  readonly port: number;
  /** A temporary folder, removed with the emulator. */
  readonly folder: string;
  /** What a user would set to send the CDK and the SDK there instead of to AWS. */
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** Starts an emulator on a free loopback port. It ends with {@link Emulator.stop}, or at the latest with this process. */
export async function startEmulator(): Promise<Emulator> {
  const python = await emulatorPython();
  const folder = await mkdtemp(join(tmpdir(), 'stepflow-emulator-'));
  const port = await freePort();
  const child = launch(python, port, folder);
  const endpoint = `http://127.0.0.1:${port}`;
  const emulator = { endpoint, port, folder, env: credentials(endpoint), stop: () => stop(child, folder) };
  try {
    await ready(endpoint, child, folder);
  } catch (error) {
    await emulator.stop();
    throw error;
  }
  return emulator;
}

/** Standard input stays open as long as this process lives: its end, however it comes, ends the launcher too. */
function launch(python: string, port: number, folder: string): ChildProcess {
  const child = spawn(python, [LAUNCHER], {
    env: {
      PATH: process.env.PATH,
      TMPDIR: folder,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A signal to the whole group, such as an interrupt, is not for the launcher: it has to tidy up.
    detached: true,
  });
  const log = createWriteStream(join(folder, 'emulator.log'));
  log.on('error', () => {}); // The folder may go before the last line is written.
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  return child;
}

async function ready(endpoint: string, child: ChildProcess, folder: string): Promise<void> {
  const deadline = Date.now() + START_SECONDS * 1000;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  const log = await readFile(join(folder, 'emulator.log'), 'utf8');
  throw new Error(`The emulator did not answer within ${START_SECONDS} seconds. Its log ends:\n${log.slice(-2000)}`);
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.stdin?.end();
    await Promise.race([exited, sleep(8000, undefined, { ref: false })]);
    child.kill('SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
}

const credentials = (endpoint: string): NodeJS.ProcessEnv => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}
