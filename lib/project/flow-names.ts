import { basename } from 'node:path';

const ENDING = /\.(?:ya?ml|flow\.json)$/;

/** Whether a file of a folder is a flow by its name. Configuration files and hidden or installed folders do not count. */
export const isFlowName = (name: string): boolean => ENDING.test(name) && isVisible(name);

/** Whether a file of a folder may be a flow by its name, any JSON file included: what is in it has to decide. */
export const mayBeFlow = (name: string): boolean => /\.(ya?ml|json)$/.test(name) && isVisible(name);

const isVisible = (name: string): boolean =>
  !/(^|[\\/])(node_modules|\.[^\\/]+)([\\/]|$)/.test(name) && !/^stepflow-config\.ya?ml$/.test(basename(name));

/** The name of the flow in a file of a folder, by its path from there: `reports/daily.yaml` is `reports/daily`. */
export const flowNameOf = (file: string): string => file.replaceAll('\\', '/').replace(ENDING, '');
