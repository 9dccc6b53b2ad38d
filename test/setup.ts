import fc from 'fast-check';
import { runs, SEED } from './chance.ts';

// Runs before every test file.

fc.configureGlobal({ seed: SEED, numRuns: runs(100) });

/** What the product or its clients read from the environment: each test sets what it needs. */
const READ = /^(?:AWS|CDK|LAMBDA|OPENAI|STEPFLOW)_/;
const OWN = new Set(['STEPFLOW_SEED', 'STEPFLOW_EFFORT']);

for (const name of Object.keys(process.env)) if (READ.test(name) && !OWN.has(name)) delete process.env[name];
