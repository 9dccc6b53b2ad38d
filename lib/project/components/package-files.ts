import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(import.meta.url);

/** Whether this package runs from its sources, not as it is published. */
export const isCheckout = extname(here) === '.ts';

/** A module of the runtime, as it is bundled with components. */
export const runtimeFile = (name: string): string => join(dirname(here), '../../runtime', `${name}${extname(here)}`);

/** What `npm run build` bundles of this package for its published form. */
export const BUILT_CLIENTS = join(dirname(here), '../../../clients');

/** In a checkout, the folder of the bundles that are the same for all projects, such as those of built-in components. */
export const OWN_BUNDLES = join(dirname(here), '../../../.stepflow/bundles');
