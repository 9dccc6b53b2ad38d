import { resolve } from 'node:path';

/** The environment variable of a deployed function that says where the files are that ship with it, from its root. */
export const FILES_VARIABLE = 'STEPFLOW_FILES';

/** The files that belong to a flow. */
export interface FlowFiles {
  /** Absolute: on a laptop the folder of the flow's file; deployed the folder of the files that ship with the function. */
  readonly folder: string;
  /** Whether only those files are there that the flow names in so many words: where it is deployed. */
  readonly shipped: boolean;
}

/** The files of a flow whose host says where they are, else those that ship with this function. */
export function flowFiles(folder: string | undefined, env: NodeJS.ProcessEnv = process.env): FlowFiles {
  if (folder !== undefined) return { folder: resolve(folder), shipped: false };
  const shipped = env[FILES_VARIABLE];
  const root = env.LAMBDA_TASK_ROOT ?? '';
  return { folder: resolve(root, shipped ?? ''), shipped: shipped !== undefined };
}
