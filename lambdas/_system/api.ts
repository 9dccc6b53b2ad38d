import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SFNClient } from '@aws-sdk/client-sfn';
import { blobStore, openStore } from '../../lib/runtime/index.ts';
import { deployedFlows, FLOWS_FILE, MACHINES_VARIABLE } from './deployed-flows.ts';
import { createHandler } from './handler.ts';

/**
 * The function behind the HTTP API: starts executions of the deployed flows and answers for them.
 * The construct that deploys it is `lib/aws/workflow-api.ts`.
 */
export const handler = createHandler({
  flows: deployedFlows(
    process.env[MACHINES_VARIABLE] ?? '',
    readFileSync(join(import.meta.dirname, FLOWS_FILE), 'utf8'),
  ),
  sfn: new SFNClient({}),
  pause: (ms, signal) => sleep(ms, undefined, { signal }),
  blobs: blobStore(openStore(() => import('../../lib/runtime/stores/s3-store.ts'))),
});
