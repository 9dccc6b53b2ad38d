import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundledClients } from '../lib/project/components/clients.ts';

// A step of `npm run build`: the published package contains the AWS clients of the runtime as they are copied into the
// folders of functions, so that no project has to bundle them.

const folder = 'dist/clients';
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const { from, files } = await bundledClients();
for (const file of files) cpSync(join(from, file), join(folder, file));
