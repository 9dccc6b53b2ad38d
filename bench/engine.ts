import type { State, StateMachine } from '../lib/asl/state-machine.ts';
import { execute, loadStateMachine, type TaskResolver } from '../lib/engine/index.ts';
import type { JsonObject } from '../lib/runtime/json.ts';

/** How fast the engine is on its own: all tasks answer at once. Run with `npx tsx bench/engine.ts`. */

const resolver: TaskResolver = async () => ({ Payload: { id: 'u-1', name: 'Ada', $missing: [] }, StatusCode: 200 });

/** A step as a flow compiles to: it reads the step before it and keeps its own slots in a variable. */
const step = (id: string, before: string | undefined, next: string | undefined): State => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: {
    FunctionName: '${component:/bench/noop}',
    Payload: {
      step: id,
      input: before === undefined ? {} : { id: `{% $lookup($${before}, "id") %}` },
      reads: ['id', 'name'],
      execution: '{% $states.context.Execution.Id %}',
      attempt: '{% $states.context.State.RetryCount %}',
    },
  },
  Retry: [{ ErrorEquals: ['Lambda.TooManyRequestsException'], MaxAttempts: 5, JitterStrategy: 'FULL' }],
  Assign: { [id]: '{% $states.result.Payload %}' },
  Output: {},
  ...(next === undefined ? { End: true } : { Next: next }),
});

function chain(length: number, prefix: string): StateMachine {
  const name = (at: number): string => `${prefix}${at}`;
  const states = Array.from({ length }, (_, at): [string, State] => [
    name(at),
    step(name(at), at > 0 ? name(at - 1) : undefined, at + 1 < length ? name(at + 1) : undefined),
  ]);
  return { QueryLanguage: 'JSONata', StartAt: name(0), States: Object.fromEntries(states) };
}

function fanOut(width: number): StateMachine {
  const branches = Array.from({ length: width }, (_, at) => {
    const { StartAt, States } = chain(1, `b${at}_`);
    return { StartAt, States };
  });
  return {
    QueryLanguage: 'JSONata',
    StartAt: 'all',
    States: { all: { Type: 'Parallel', Branches: branches, Output: {}, End: true } },
  };
}

/** The best of several rounds, in milliseconds a round: the machine's other work only ever makes a round slower. */
async function best(rounds: number, work: () => Promise<unknown> | unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

const copy = (definition: StateMachine): JsonObject => JSON.parse(JSON.stringify(definition));
const print = (what: string, value: number, unit: string): void =>
  console.log(`${what.padEnd(44)} ${value.toFixed(1).padStart(9)} ${unit}`);

/** Steps of a chain: a millisecond a run is then a microsecond a step. */
const STEPS = 1000;

/** Loads definitions that were made before, so that only the loading is measured. */
function loading(rounds: number, prefix: (round: number) => string): Promise<number> {
  const definitions = Array.from({ length: rounds }, (_, round) => copy(chain(STEPS, prefix(round))));
  return best(rounds, () => loadStateMachine(definitions.pop() ?? {}));
}

print('load of 1,000 states, cold', await loading(1, () => 'cold'), 'ms');
print('load of 1,000 states, new expressions', await loading(8, (round) => `n${round}_`), 'ms');
print('load of 1,000 states, known expressions', await loading(8, () => 'cold'), 'ms');
const long = loadStateMachine(chain(STEPS, 'cold'));
print('chain of 1,000 tasks, first run', await best(1, () => execute(long, { resolver })), 'µs a step');
print('chain of 1,000 tasks', await best(50, () => execute(long, { resolver })), 'µs a step');
const onEvent = () => {};
print('chain of 1,000 tasks, with a listener', await best(50, () => execute(long, { resolver, onEvent })), 'µs a step');
const wide = loadStateMachine(fanOut(1000));
print('fan-out of 1,000 branches', await best(30, () => execute(wide, { resolver })), 'µs a branch');
const five = loadStateMachine(chain(5, 's'));
const RUNS = 2000;
const ms = await best(5, async () => {
  for (let run = 0; run < RUNS; run++) await execute(five, { resolver });
});
print('flow of five steps', (RUNS * 1000) / ms, 'runs/s');
