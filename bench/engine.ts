import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StateMachine } from '../lib/asl/state-machine.ts';
import { execute, loadStateMachine, type TaskResolver } from '../lib/engine/index.ts';
import type { JsonObject } from '../lib/protocol/json.ts';
import { chain, fanOut, map } from './engine-machines.ts';
import { compareWithLocalStepFunctions, compareWithPackage } from './engine-references.ts';
import { best, print, processorTime } from './measure.ts';

/** The speed of the engine alone: all tasks answer at once. Run with `npx tsx bench/engine.ts`. */

const resolver: TaskResolver = async () => ({ Payload: { id: 'u-1', name: 'Ada', $missing: [] }, StatusCode: 200 });
const copy = (definition: StateMachine): JsonObject => JSON.parse(JSON.stringify(definition));

/** Steps of a chain: a run of a millisecond is a microsecond a step. */
const STEPS = 1000;

/** The time of loading only: the definitions are generated before. */
function loading(rounds: number, prefix: (round: number) => string): Promise<number> {
  const definitions = Array.from({ length: rounds }, (_, round) => copy(chain(STEPS, prefix(round))));
  return best(rounds, () => loadStateMachine(definitions.pop() ?? {}));
}

const first = copy(chain(STEPS, 'cold'));
print(
  'load of 1,000 states, cold',
  processorTime(() => loadStateMachine(first)),
  'ms of processor time',
);
print('load of 1,000 states, new expressions', await loading(8, (round) => `n${round}_`), 'ms');
print('load of 1,000 states, known expressions', await loading(8, () => 'cold'), 'ms');

const long = loadStateMachine(chain(STEPS, 'cold'));
print('chain of 1,000 tasks, first run', await best(1, () => execute(long, { resolver })), 'µs a step');
print('chain of 1,000 tasks', await best(100, () => execute(long, { resolver })), 'µs a step');
const onEvent = () => {};
print('chain of 1,000 tasks, with a listener', await best(50, () => execute(long, { resolver, onEvent })), 'µs a step');
const wide = loadStateMachine(fanOut(STEPS));
print('fan-out of 1,000 branches', await best(100, () => execute(wide, { resolver })), 'µs a branch');
const inline = loadStateMachine(map(STEPS, { Mode: 'INLINE' }));
print('Map over 1,000 items', await best(100, () => execute(inline, { resolver })), 'µs an item');
const distributed = loadStateMachine(map(STEPS, { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }));
print('distributed Map over 1,000 items', await best(100, () => execute(distributed, { resolver })), 'µs an item');
const five = loadStateMachine(chain(5, 's'));
const RUNS = 2000;
const ms = await best(5, async () => {
  for (let run = 0; run < RUNS; run++) await execute(five, { resolver });
});
print('flow of five steps', (RUNS * 1000) / ms, 'runs/s');

for (const items of [10_000, 100_000]) {
  const file = fileURLToPath(new URL('engine-memory.ts', import.meta.url));
  // The options of this process make Node read TypeScript.
  const { stdout } = spawnSync(process.execPath, [...process.execArgv, '--expose-gc', file, String(items)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { mostMb } = JSON.parse(stdout);
  print(`heap of a distributed Map over ${items.toLocaleString('en')} items, at most`, mostMb, 'MB');
}

await compareWithPackage();
await compareWithLocalStepFunctions();
