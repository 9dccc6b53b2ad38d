import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../../lib/runtime/index.ts';
import type { LoopbackServer } from '../loopback.ts';
import { bootstrap, deploy, type Outputs, ROOT } from './cdk.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { createSecret } from './executions.ts';
import { type NamedSample, SAMPLES_FOLDER, STACK, writeProject } from './sample-project.ts';
import { startWebServer } from './web-server.ts';

/** The key that the web server's model requires: a variable in local runs, a secret when deployed. */
export const MODEL_KEY = 'sk-of-the-deployment';

/** The repository's app and a stack of samples, deployed into an emulator. */
export interface Deployed {
  readonly emulator: Emulator;
  /** The outputs of the stack of the repository's flows. */
  readonly outputs: Outputs;
  readonly sampleOutputs: Outputs;
  /** The folder of the samples' project. */
  readonly samplesFolder: string;
  /** Replaces the internet. */
  readonly web: LoopbackServer;
  /** The variables that the repository's flows were deployed with. */
  readonly variables: { readonly [name: string]: Json };
  /** Ends what was started, and removes what was written. */
  stop(): Promise<void>;
}

/** Starts an emulator, and deploys everything that is tested there at once, as a user would. */
export async function deployAll(samples: readonly NamedSample[]): Promise<Deployed> {
  const samplesFolder = mkdtempSync(join(tmpdir(), 'stepflow-samples-'));
  writeProject(samplesFolder, samples);
  const [web, emulator] = await Promise.all([startWebServer(MODEL_KEY), startEmulator()]);
  const stop = async (): Promise<void> => {
    await Promise.all([web.stop(), emulator.stop()]);
    rmSync(samplesFolder, { recursive: true });
  };
  const variables = { openai_base_url: `${web.url}/v1` };
  try {
    await bootstrap(emulator);
    const context = {
      'stepflow:variables': JSON.stringify(variables),
      // The tests' own servers.
      'stepflow:private-hosts': '127.0.0.1',
      [SAMPLES_FOLDER]: samplesFolder,
    };
    const { StepflowStack: outputs = {}, [STACK]: sampleOutputs = {} } = await deploy(emulator, APP, context);
    await createSecret(emulator, 'stepflow/openai-api-key', MODEL_KEY);
    return { emulator, outputs, sampleOutputs, samplesFolder, web, variables, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The command of cdk.json, with the app that adds the samples. */
const APP: string = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')).app.replace(
  'bin/app.ts',
  'test/deploy/app.ts',
);
