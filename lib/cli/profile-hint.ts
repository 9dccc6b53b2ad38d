import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { profileFileOf } from '../compiler/plan/profile.ts';
import type { PreparedFlow } from '../run/run-flow.ts';
import type { FlowFile } from './flow-files.ts';
import { duration } from './render/duration.ts';
import type { Terminal } from './terminal.ts';

/** The runs on record that are measured, once there are so many. */
const RUNS = 5;

/** A larger flow would take seconds to arrange and to simulate twice. */
const MAX_STEPS = 300;

/** The part of the makespan that a profile has to save to be worth a line. */
const WORTH = 0.01;

/**
 * What a profile of a flow without one would be worth, as a line, by the runs on record: the flow is arranged with and without
 * their seconds and simulated. Undefined where it is not worth a line, is not known yet, or was looked at before for this text of
 * the flow.
 */
export async function profileHint(
  { file, text }: FlowFile,
  { compiled }: PreparedFlow,
  { cwd }: Terminal,
): Promise<string | undefined> {
  const home = dirname(resolve(cwd, file));
  if (compiled.steps.length < 2 || compiled.steps.length > MAX_STEPS) return undefined;
  if (existsSync(join(home, basename(profileFileOf(file))))) return undefined;
  const [{ foldersFor }, { runsThatSucceeded }, { profileWorth }, { sha256 }] = await Promise.all([
    import('../project/folders.ts'),
    import('../run/durable/run-files.ts'),
    import('../explain/profile-worth.ts'),
    import('../runtime/stores/blobs.ts'),
  ]);
  const { runs } = foldersFor(home);
  const path = join(home, basename(file));
  const ids = runsThatSucceeded(runs, path, RUNS);
  const seen = join(dirname(runs), 'profile-hints', sha256(path));
  const version = sha256(text);
  if (ids.length < RUNS || (await readFile(seen, 'utf8').catch(() => '')) === version) return undefined;
  await mkdir(dirname(seen), { recursive: true });
  await writeFile(seen, version);
  const worth = await profileWorth({ file, home, source: text, compiled }, ids);
  if (!worth || worth.withProfile > worth.without * (1 - WORTH)) return undefined;
  const [now, then] = [worth.without, worth.withProfile].map((seconds) => duration(seconds * 1000));
  const percent = (100 * (1 - worth.withProfile / worth.without)).toFixed(0);
  return `A profile would make this flow ${percent} % faster: ${then} instead of ${now}, by the last ${ids.length} runs; npx stepflow profile ${file} --local writes one.`;
}
