import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import jsonata from 'jsonata';
import { execute, loadStateMachine, realClock, type TaskResolver } from '../lib/engine/index.ts';
import type { Environment } from '../lib/engine/jsonata/expression.ts';
import { parseExpression } from '../lib/engine/jsonata/parse.ts';
import type { JsonObject } from '../lib/protocol/json.ts';
import { plainChain } from './engine-machines.ts';
import { best, compare } from './measure.ts';

/** What bench/engine.ts compares with, in the same run on the same machine. */

/** Expressions as the compiler emits them; the number makes their texts differ. */
const EXPRESSIONS: readonly ((at: number) => string)[] = [
  (at) => `$lookup($v${at}, "id")`,
  (at) => `$states.input.Payload.n${at}`,
  (at) => `$lookup($lookup($states.result[0], "s${at}"), "$skipped") = true`,
  (at) => `($value := $lookup($v${at}, "a"); $exists($value) ? $value : {"$missing": "a"})`,
  (at) => `"n${at}" in $lookup($v${at}, "$missing") ? "is missing" : ""`,
];

const variable = { id: 'u-1', a: [1], $missing: [] };
const states = { input: { Payload: { n0: 1 } }, result: [{ s0: { $skipped: false } }], context: {} };
const environment: Environment = {
  states,
  variable: (name) => (name === 'v0' ? variable : undefined),
  clock: realClock,
  random: Math.random,
};

const bindings = { v0: variable, states };

const TIMES = 2000;

/** Compares with the `jsonata` package: parsing and evaluating expressions as the compiler emits them. */
export async function compareWithPackage(): Promise<void> {
  const ROUNDS = 10;
  const texts = Array.from({ length: TIMES }, (_, at) => EXPRESSIONS.map((text) => text(at))).flat();
  const parts = Array.from({ length: ROUNDS }, (_, at) => texts.filter((_, index) => index % ROUNDS === at));
  const [ours, theirs] = [[...parts], [...parts]];
  const beginning = await best(ROUNDS, async () => {
    for (const text of ours.pop() ?? []) await parseExpression(text).evaluate(environment);
  });
  const beginningByPackage = await best(ROUNDS, async () => {
    for (const text of theirs.pop() ?? []) await jsonata(text).evaluate(undefined, bindings);
  });
  const each = (1000 * ROUNDS) / texts.length;
  compare('an expression parsed and evaluated once', beginning * each, beginningByPackage * each, 'µs');
  const parsed = EXPRESSIONS.map((text) => parseExpression(text(0)));
  const packaged = EXPRESSIONS.map((text) => jsonata(text(0)));
  const evaluated = await best(20, () => {
    for (let time = 0; time < TIMES; time++) for (const one of parsed) one.evaluate(environment);
  });
  const evaluatedByPackage = await best(5, async () => {
    for (let time = 0; time < TIMES; time++) for (const one of packaged) await one.evaluate(undefined, bindings);
  });
  const once = 1000 / (TIMES * EXPRESSIONS.length);
  compare('an expression evaluated again', evaluated * once, evaluatedByPackage * once, 'µs');
}

const PACKAGE = 'aws-local-stepfunctions@3.0.0';

/** As far as it is used here. */
interface Reference {
  readonly StateMachine: new (
    definition: JsonObject,
  ) => {
    run(
      input: JsonObject,
      options: { overrides: { taskResourceLocalHandlers: Readonly<Record<string, () => Promise<JsonObject>>> } },
    ): { readonly result: Promise<unknown> };
  };
}

/** Compares with `aws-local-stepfunctions`, installed into a temporary folder if the registry can be reached. */
export async function compareWithLocalStepFunctions(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'stepflow-bench-'));
  try {
    const reference = await installed(folder);
    if (reference === undefined) return;
    await compareLoading(reference);
    await compareRunning(reference);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function installed(folder: string): Promise<Reference | undefined> {
  const options = ['--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder];
  const { status } = spawnSync('npm', ['install', ...options, PACKAGE], { timeout: 120_000, stdio: 'ignore' });
  if (status !== 0) {
    console.log(`${PACKAGE} could not be installed: no comparison.`);
    return undefined;
  }
  withResolvers();
  const path = createRequire(join(folder, 'package.json')).resolve('aws-local-stepfunctions');
  // The exports of the package.
  return (await import(pathToFileURL(path).href)) as Reference;
}

/** The package needs a newer Node only for this function. */
function withResolvers(): void {
  if ('withResolvers' in Promise) return;
  Object.defineProperty(Promise, 'withResolvers', {
    value: () => {
      let settle = {};
      const promise = new Promise((resolve, reject) => {
        settle = { resolve, reject };
      });
      return { promise, ...settle };
    },
  });
}

const copy = (definition: JsonObject): JsonObject => JSON.parse(JSON.stringify(definition));

async function compareLoading({ StateMachine }: Reference): Promise<void> {
  const definition = plainChain(200);
  const theirs = await best(3, () => new StateMachine(copy(definition)));
  const ours = await best(20, () => loadStateMachine(copy(definition)));
  compare('load of 200 tasks without expressions (aws-local-…)', ours, theirs, 'ms');
}

async function compareRunning({ StateMachine }: Reference): Promise<void> {
  const TASKS = 200;
  const definition = plainChain(TASKS);
  const handlers = Object.fromEntries(Array.from({ length: TASKS }, (_, at) => [`T${at}`, async () => ({})]));
  const machine = new StateMachine(copy(definition));
  const theirs = await best(20, () => machine.run({}, { overrides: { taskResourceLocalHandlers: handlers } }).result);
  const loaded = loadStateMachine(definition);
  const resolver: TaskResolver = async () => ({});
  const ours = await best(50, () => execute(loaded, { resolver }));
  const each = 1000 / TASKS;
  compare('a chained task without expressions (aws-local-…)', ours * each, theirs * each, 'µs');
}
