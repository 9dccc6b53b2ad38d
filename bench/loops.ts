import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { HistoryEvent } from '../lib/engine/types.ts';
import { prepareFlow } from '../lib/run/run-flow.ts';

/**
 * The processor time and the heap of local runs of an `iterate` of many rounds, with AWS's limits. A round is one step whose component is
 * mocked, so that the run itself is measured. Run with `npx tsx bench/loops.ts`; each number of rounds has a process of its own.
 */

const ROUNDS = [1_000, 10_000, 100_000];

const flow = (rounds: number): string => `
steps:
  - id: loop
    component: /iterate
    input:
      initial_input: { n: 0 }
      max_iterations: ${rounds}
      flow:
        $literal:
          steps: [{ id: one, component: /bench/one, input: { $input: n } }]
          output: { next: { n: { $step: one, path: n } } }
output: { $step: loop, path: iterations }
`;

/** The heap in use, in bytes, after a garbage collection. */
const collected = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

async function measure(rounds: number): Promise<void> {
  const { run } = await prepareFlow({ source: flow(rounds), mocks: { '/bench/one': [{ result: { n: 1 } }] } });
  const before = collected();
  let most = before;
  let entered = 0;
  const onHistory = ({ type }: HistoryEvent): void => {
    if (type === 'TaskStateEntered' && ++entered % Math.ceil(rounds / 10) === 0) most = Math.max(most, collected());
  };
  const start = process.cpuUsage();
  const { result, execution } = await run({ onHistory });
  const { user, system } = process.cpuUsage(start);
  if (result.outcome !== 'success' || result.result !== rounds) throw new Error(JSON.stringify(result));
  const heap = `${((most - before) / 2 ** 20).toFixed(1)} MB more heap at most`;
  const time = `${((user + system) / 1e6).toFixed(1)} s of processor time`;
  console.log(`${rounds} rounds: ${time}, ${heap}, ${execution?.events} events in the longest history`);
}

const [given] = process.argv.slice(2);
if (given !== undefined) await measure(Number(given));
else {
  const file = fileURLToPath(import.meta.url);
  for (const rounds of ROUNDS) {
    const options = ['--expose-gc', '--max-old-space-size=256', ...process.execArgv, file, String(rounds)];
    const { status } = spawnSync(process.execPath, options, { stdio: 'inherit' });
    if (status !== 0) process.exit(1);
  }
}
