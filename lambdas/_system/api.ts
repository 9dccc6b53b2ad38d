import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SFNClient } from '@aws-sdk/client-sfn';
import { awsExecutions } from '../../lib/executions/aws/aws-executions.ts';
import { deployedFlows, FLOWS_FILE, MACHINES_VARIABLE } from '../../lib/executions/aws/deployed-flows.ts';
import type { Pause } from '../../lib/executions/within-time.ts';
import { blobStore, openStore } from '../../lib/runtime/index.ts';
import { createHandler } from './handler.ts';
import { LARGEST_ANSWER } from './largest-answer.ts';
import { OPENAPI_FILE } from './routes.ts';

const fileOf = (name: string): string => join(import.meta.dirname, name);

const pause: Pause = (ms, signal) => sleep(ms, undefined, { signal });

const objects = openStore(() => import('../../lib/runtime/stores/s3-store.ts'));

/**
 * The function behind the HTTP API: starts executions of the deployed flows and answers for them.
 * The construct that deploys it is `lib/aws/workflow-api.ts`.
 */
export const handler = createHandler({
  executions: awsExecutions({
    flows: deployedFlows(process.env[MACHINES_VARIABLE] ?? '', readFileSync(fileOf(FLOWS_FILE), 'utf8'), (file) =>
      readFile(fileOf(file), 'utf8'),
    ),
    sfn: new SFNClient({}),
    pause,
    blobs: blobStore(objects),
    waiting: async () => (await import('../../lib/executions/aws/s3-waiting.ts')).s3Waiting(objects),
    largestResult: LARGEST_ANSWER,
  }),
  pause,
  openApi: () => readFile(fileOf(OPENAPI_FILE), 'utf8'),
});
