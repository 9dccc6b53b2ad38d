import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeployedFunction, DeployedMachine, Deployment } from '../../../lib/aws/prune/deployment.ts';
import { superfluousIn } from '../../../lib/aws/prune/superfluous.ts';
import { runs, SEED } from '../../chance.ts';

const machineArn = (name: string) => `arn:aws:states:eu-west-1:123456789012:stateMachine:${name}`;
const functionArn = (name: string) => `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;
const roleArn = (name: string) => `arn:aws:iam::123456789012:role/stepflow/Flows/${name}`;

/** A definition that calls functions and starts state machines, by their ARNs. */
const calling = (...arns: readonly string[]): string =>
  JSON.stringify({
    States: Object.fromEntries(arns.map((arn, at) => [`s${at}`, { Type: 'Task', Arguments: { FunctionName: arn } }])),
  });

const revision = (...arns: readonly string[]) => ({ definition: calling(...arns), roleArn: roleArn('states') });

const machine = (name: string, fields: Partial<DeployedMachine> = {}): DeployedMachine => ({
  arn: machineArn(name),
  latest: revision(),
  versions: [],
  running: [],
  justMoved: false,
  ...fields,
});

const fn = (name: string, numbers: readonly number[], table?: string): DeployedFunction => ({
  arn: functionArn(name),
  roleArn: roleArn(name),
  versions: numbers.map((number) => ({
    arn: `${functionArn(name)}:${number}`,
    roleArn: roleArn(`${name}-${number}`),
    ...(table !== undefined && { table }),
  })),
});

const version = (name: string, number: number, inUse: boolean, ...arns: readonly string[]) => ({
  arn: `${machineArn(name)}:${number}`,
  ...revision(...arns),
  inUse,
});

const deployment = (fields: Partial<Deployment>): Deployment => ({
  current: new Set([machineArn('main')]),
  machines: [],
  functions: [],
  roles: [],
  ...fields,
});

const named = (found: Deployment): readonly string[] =>
  superfluousIn(found).map(({ kind, arn }) => `${kind} ${arn.replace(/^(?:[^:]*:){5}/, '')}`);

describe('what nothing needs any more', () => {
  it('is what no alias points to, and no running execution began with', () => {
    const load = fn('load', [1, 2, 3]);
    const versions = [3, 2, 1].map((number) =>
      version('main', number, number !== 2, `${functionArn('load')}:${number}`),
    );
    const main = machine('main', { latest: revision(`${functionArn('load')}:3`), versions });
    expect(named(deployment({ machines: [main], functions: [load] }))).toEqual([
      'state machine version stateMachine:main:2',
      'function version function:load:2',
    ]);
  });

  it('is not what an execution began with that was started without a version', () => {
    const main = machine('main', { running: [revision(`${functionArn('load')}:1`)] });
    expect(named(deployment({ machines: [main], functions: [fn('load', [1])] }))).toEqual([]);
  });

  it('is not a former state machine that a running execution will start, nor what that one calls', () => {
    const nested = machine('nested', { latest: revision(`${functionArn('load')}:1`) });
    const left = machine('left', { latest: revision(`${functionArn('save')}:1`) });
    const main = machine('main', { running: [revision(nested.arn)] });
    const functions = [fn('load', [1]), fn('save', [1])];
    expect(named(deployment({ machines: [main, nested, left], functions }))).toEqual([
      'state machine stateMachine:left',
      'function function:save',
    ]);
  });

  it('is not a former state machine that runs itself', () => {
    const nested = machine('nested', { running: [revision()] });
    expect(named(deployment({ machines: [nested] }))).toEqual([]);
  });

  it('is not what a function calls that is needed, by the table in its environment or in a file', () => {
    const inEnvironment = fn('eval', [1], JSON.stringify({ '/user/load': 'load:1' }));
    const inFile = fn('map', [1], 'components.json 0ab1c2d3 2,1');
    const main = machine('main', { latest: revision(`${functionArn('eval')}:1`, `${functionArn('map')}:1`) });
    const functions = [inEnvironment, inFile, fn('load', [1, 2]), fn('save-0ab1c2d3', [1, 2, 3]), fn('rate', [1])];
    expect(named(deployment({ machines: [main], functions }))).toEqual([
      'function version function:load:2',
      'function version function:save-0ab1c2d3:3',
      'function function:rate',
    ]);
  });

  it('is nothing that the template has, though nothing calls it', () => {
    const current = new Set([machineArn('main'), 'load', `${functionArn('load')}:2`, 'load-2', 'load']);
    const roles = ['load', 'load-1', 'load-2'].map(roleArn);
    expect(named(deployment({ current, functions: [fn('load', [1, 2])], roles }))).toEqual([
      'function version function:load:1',
      'role role/stepflow/Flows/load-1',
    ]);
  });

  it('is no version of a state machine whose alias was just moved: executions of the previous one may not be listed', () => {
    const versions = [version('main', 2, true), version('main', 1, false, `${functionArn('load')}:1`)];
    const functions = [fn('load', [1])];
    const found = (justMoved: boolean) =>
      named(deployment({ machines: [machine('main', { versions, justMoved })], functions }));
    expect(found(true)).toEqual([]);
    expect(found(false)).toEqual(['state machine version stateMachine:main:1', 'function function:load']);
  });

  it('is everything of a stack that was deleted, once nothing runs', () => {
    const nested = machine('nested', { latest: revision(`${functionArn('load')}:1`) });
    const left = deployment({
      current: new Set(),
      machines: [nested],
      functions: [fn('load', [1])],
      roles: [roleArn('load-1')],
    });
    expect(named(left)).toEqual([
      'state machine stateMachine:nested',
      'function function:load',
      'role role/stepflow/Flows/load-1',
    ]);
  });
});

describe('of any deployment', () => {
  const NAMES = ['a', 'b', 'c'] as const;
  const number = fc.integer({ min: 1, max: 3 });
  const call = fc.tuple(fc.constantFrom(...NAMES), number).map(([name, at]) => `${functionArn(name)}:${at}`);
  const start = fc.constantFrom(...NAMES).map((name) => machineArn(`m${name}`));
  const drawnRevision = fc.array(fc.oneof(call, start), { maxLength: 3 }).map((arns) => revision(...arns));
  const table = fc.option(
    fc
      .array(fc.tuple(fc.constantFrom(...NAMES), number), { minLength: 1, maxLength: 2 })
      .map((entries) =>
        JSON.stringify(Object.fromEntries(entries.map(([name, at]) => [`/my/${name}`, `${name}:${at}`]))),
      ),
    { nil: undefined },
  );
  const drawnMachine = (name: string) =>
    fc
      .record({
        latest: drawnRevision,
        running: fc.array(drawnRevision, { maxLength: 1 }),
        inUse: fc.boolean(),
        published: drawnRevision,
      })
      .map(({ latest, running, inUse, published }) =>
        machine(`m${name}`, {
          latest,
          running,
          versions: [{ arn: `${machineArn(`m${name}`)}:1`, ...published, inUse }],
        }),
      );
  const drawn: fc.Arbitrary<Deployment> = fc
    .record({
      machines: fc.tuple(...NAMES.map(drawnMachine)),
      functions: fc.tuple(...NAMES.map((name) => table.map((text) => fn(name, [1, 2, 3], text)))),
      current: fc.subarray([
        ...NAMES.map((name) => machineArn(`m${name}`)),
        ...NAMES.map((name) => `${functionArn(name)}:3`),
      ]),
    })
    .map(({ current, ...found }) => ({ ...found, current: new Set(current), roles: [] }));

  it('all goes but what is reached from the template, the aliases and the running executions', () => {
    fc.assert(
      fc.property(drawn, (found) => {
        const gone = new Set(superfluousIn(found).map(({ arn }) => arn));
        const kept = reached(found);
        for (const { arn, versions } of [...found.machines, ...found.functions]) {
          expect(gone.has(arn)).toBe(!kept.has(arn));
          // The versions of what goes go with it.
          for (const each of versions) expect(gone.has(each.arn) || gone.has(arn)).toBe(!kept.has(each.arn));
        }
      }),
      { numRuns: runs(300), seed: SEED },
    );
  });
});

/** What is reached, found as simply as possible: everything is looked at again until nothing is added. */
function reached({ machines, functions, current }: Deployment): ReadonlySet<string> {
  const kept = new Set<string>(current);
  const texts = new Set<string>();
  for (let before = -1; before !== kept.size + texts.size; ) {
    before = kept.size + texts.size;
    for (const { arn, latest, versions, running } of machines) {
      for (const each of running) {
        texts.add(each.definition);
        kept.add(arn);
      }
      for (const each of versions)
        if (each.inUse || kept.has(each.arn)) for (const one of [each.arn, arn]) kept.add(one);
      for (const each of versions) if (kept.has(each.arn)) texts.add(each.definition);
      if (kept.has(arn)) texts.add(latest.definition);
      if ([...texts].some((text) => text.includes(`"${arn}"`))) kept.add(arn);
    }
    for (const { arn, versions } of functions)
      for (const each of versions) {
        const name = each.arn.split(':').slice(-2).join(':');
        if ([...texts].some((text) => text.includes(`"${each.arn}"`) || text.includes(`"${name}"`))) kept.add(each.arn);
        if (!kept.has(each.arn)) continue;
        kept.add(arn);
        if (each.table !== undefined) texts.add(each.table);
      }
  }
  return kept;
}
