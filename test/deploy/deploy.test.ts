import { afterAll, beforeAll } from 'vitest';
import { DEPLOY_TIMEOUT } from './cdk.ts';
import { type Deployed, deployAll } from './deployed.ts';
import { testExamples } from './examples.ts';
import { testExpress } from './express.ts';
import { testOperate } from './operate.ts';
import { samples, testSamples } from './samples.ts';

// All tests of deployed flows are in one file, so that everything is deployed once, into an emulator of AWS with some faults
// corrected: see launcher.py for what this proves and what it does not.

let deployed: Deployed;

beforeAll(async () => {
  deployed = await deployAll(samples);
}, DEPLOY_TIMEOUT);

afterAll(() => deployed?.stop());

testExamples(() => deployed);
testSamples(() => deployed);
testExpress(() => deployed);
testOperate(() => deployed);
