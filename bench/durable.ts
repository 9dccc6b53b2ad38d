import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareFlow, resumeFlow } from '../lib/run/run-flow.ts';

/**
 * The cost of a journal: flows of 1,000 steps whose components answer at once, run without and with a journal, and resumed
 * from it. Run with `npx tsx bench/durable.ts`.
 */

const STEPS = 1000;
const ROUNDS = 15;

const component = `
import { component } from 'stepflow-aws/component';
import * as z from 'zod';
export default component({ input: z.any(), output: z.any() }, () => ({ id: 'u-1', name: 'Ada' }));
`;

const step = (at: number, before: number | undefined): string => {
  const input = before === undefined ? '{}' : `{ of: { $step: s${before}, path: id } }`;
  return `  - { id: s${at}, component: /bench/noop, input: ${input} }`;
};

const chain = Array.from({ length: STEPS }, (_, at) => step(at, at > 0 ? at - 1 : undefined));
const fan = Array.from({ length: STEPS }, (_, at) => step(at, at > 0 ? 0 : undefined));

const FLOWS = {
  chain: `steps:\n${chain.join('\n')}\noutput: { $step: s${STEPS - 1} }\n`,
  'fan-out': `steps:\n${fan.join('\n')}\nevaluation: eager\noutput: { $step: s1 }\n`,
};

// On the project's disk: the folder of temporary files may be in memory.
mkdirSync('.stepflow', { recursive: true });
const home = mkdtempSync(join(process.cwd(), '.stepflow/bench-'));
mkdirSync(join(home, 'lambdas/bench'), { recursive: true });
writeFileSync(join(home, 'package.json'), '{"type": "module"}');
writeFileSync(join(home, 'lambdas/bench/noop.ts'), component);

/**
 * Milliseconds of each kind of work, the best of several rounds: other work of the machine only makes a round slower. The
 * kinds take turns, so that busy periods affect all of them.
 */
async function best(...works: readonly (() => Promise<unknown>)[]): Promise<readonly number[]> {
  const least = works.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, work] of works.entries()) {
      const start = performance.now();
      await work();
      least[index] = Math.min(least[index] ?? 0, performance.now() - start);
    }
  }
  return least;
}

const runs = join(home, '.stepflow/runs');
const print = (what: string, value: string): void => console.log(`${what.padEnd(48)} ${value.padStart(14)}`);
const perStep = (ms: number): string => `${((ms / STEPS) * 1000).toFixed(1)} µs a step`;

for (const [name, source] of Object.entries(FLOWS)) {
  const file = join(home, `${name}.yaml`);
  writeFileSync(file, source);
  const flow = await prepareFlow({ file });
  const { result } = await flow.run();
  if (result.outcome !== 'success') throw new Error(JSON.stringify(result));
  await flow.run({ journal: true, executionName: name });
  const [without = 0, withJournal = 0, again = 0] = await best(
    () => flow.run(),
    () => flow.run({ journal: true }),
    () => resumeFlow({ id: name, file }),
  );
  print(`${name} of 1,000 steps`, perStep(without));
  print(`${name} of 1,000 steps, with a journal`, perStep(withJournal));
  print('  ratio', (withJournal / without).toFixed(2));
  print('  resumed from its journal', perStep(again));
  const bytes = readdirSync(join(runs, name)).map((one) => statSync(join(runs, name, one)).size);
  print('  size on disk', `${(bytes.reduce((sum, size) => sum + size, 0) / 1000).toFixed(0)} KB`);
}
rmSync(home, { recursive: true });
