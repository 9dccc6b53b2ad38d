import { resolve } from 'node:path';

/** The environment variable of a deployed function with the folder of the files shipped with it, relative to its root. */
export const FILES_VARIABLE = 'STEPFLOW_FILES';

/** A flow's files. */
export interface FlowFiles {
  /** Absolute. Locally, the folder of the flow's file; when deployed, the folder of the files shipped with the function. */
  readonly folder: string;
  /** Whether it contains only the files whose paths the flow has as literals, as when deployed. */
  readonly shipped: boolean;
}

/** The flow's files in `folder`, else those shipped with this function. */
export function flowFiles(folder: string | undefined, env: NodeJS.ProcessEnv = process.env): FlowFiles {
  if (folder !== undefined) return { folder: resolve(folder), shipped: false };
  const shipped = env[FILES_VARIABLE];
  const root = env.LAMBDA_TASK_ROOT ?? '';
  return { folder: resolve(root, shipped ?? ''), shipped: shipped !== undefined };
}
