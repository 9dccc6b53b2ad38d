import { afterAll, beforeAll } from 'vitest';
import { DEPLOY_TIMEOUT } from './cdk.ts';
import { type Deployed, deployAll } from './deployed.ts';
import { testExamples } from './examples.ts';
import { samples, testSamples } from './samples.ts';

// All that is deployed: one file, so that it is deployed once. What stands in for AWS is an emulator with mended faults:
// see launcher.py for what this proves and what it does not.

let deployed: Deployed;

beforeAll(async () => {
  deployed = await deployAll(samples);
}, DEPLOY_TIMEOUT);

afterAll(() => deployed?.stop());

testExamples(() => deployed);
testSamples(() => deployed);
