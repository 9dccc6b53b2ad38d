import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { State, StateMachine } from '../../lib/asl/state-machine.ts';
import { compile } from '../../lib/compiler/compile.ts';
import { runs, SEED } from '../chance.ts';
import { writtenSamples } from '../deploy/written-samples.ts';
import { eagerFlow, lazyFlow, plainFlow } from '../oracle/draw-flow.ts';
import { wideFlow } from '../oracle/draw-wide.ts';
import { problemsOf } from './check-definition.ts';
import { problemsOfOrder } from './order.ts';
import { validator } from './validator.ts';

const WORKFLOWS = join(import.meta.dirname, '../../workflows');

const compiled = (source: string, options: object = {}) => {
  const { stateMachine, nestedMachines, type } = compile(source, options);
  const machines = [stateMachine, ...nestedMachines.map((nested) => nested.stateMachine)];
  return machines.flatMap((machine) => (machine ? [{ machine, type }] : []));
};

describe('asl-validator accepts the definitions', () => {
  it('of the flows in workflows/', () => {
    const files = readdirSync(WORKFLOWS).filter((file) => file.endsWith('.yaml'));
    const found = files.flatMap((file) => compiled(readFileSync(join(WORKFLOWS, file), 'utf8'), { file }));
    expect(found.flatMap(validator)).toEqual([]);
  });

  it('of the flows that are deployed in tests', () => {
    expect(writtenSamples.flatMap(({ source, ...options }) => compiled(source, options)).flatMap(validator)).toEqual(
      [],
    );
  });

  it('of flows that are drawn, as one state machine and as several', () => {
    const flows = fc.sample(fc.oneof(eagerFlow, lazyFlow), { seed: SEED, numRuns: runs(60) });
    const found = flows.flatMap(({ source, ...options }, at) =>
      compiled(source, { ...options, ...(at % 3 === 0 && { limits: { definitionBytes: 6000 } }) }),
    );
    expect(found.flatMap(validator)).toEqual([]);
  });
});

describe('a step is called after the steps of its "after"', () => {
  it('in the definitions of flows that are drawn, as one state machine and as several', { timeout: 120_000 }, () => {
    let ordered = 0;
    const flows = fc.sample(fc.oneof(eagerFlow, lazyFlow, plainFlow, wideFlow), { seed: SEED, numRuns: runs(200) });
    for (const [at, { source, variables, mocks }] of flows.entries()) {
      const opaque = ({ id }: { readonly id: string }): boolean => mocks[id] !== undefined;
      const limits = at % 3 === 0 && { limits: { definitionBytes: 10_000 } };
      const made = compile(source, { variables, opaque, leastFanOut: 2, ...limits });
      expect(problemsOfOrder(made), source).toEqual([]);
      if (made.flow?.steps.some(({ after }) => after)) ordered += 1;
    }
    expect(ordered).toBeGreaterThan(flows.length / 3);
  });

  it('which a Parallel of both would break', () => {
    const { flow, ...made } = compile(`
steps:
  - { id: audit, component: /audit/write }
  - { id: charge, component: /payment/charge }
`);
    const [audit, ...others] = flow?.steps ?? [];
    if (!flow || !audit) throw new Error('the flow cannot be read');
    const after = [{ step: 'charge', span: audit.idSpan }];
    expect(problemsOfOrder({ ...made, flow: { ...flow, steps: [{ ...audit, after }, ...others] } })).toEqual([
      '"audit" does not come after "charge"',
    ]);
  });
});

/** Two tasks in a row, then a Parallel of one branch, then a Map. */
const SOUND: StateMachine = {
  QueryLanguage: 'JSONata',
  StartAt: 'first',
  States: {
    first: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'f' },
      Assign: { a: '{% $states.result.Payload %}' },
      Catch: [{ ErrorEquals: ['States.ALL'], Assign: { a: '{% $states.errorOutput.Error %}' }, Next: 'choice' }],
      Retry: [{ ErrorEquals: ['Lambda.TooManyRequestsException'], MaxAttempts: 5 }],
      Next: 'choice',
    },
    choice: {
      Type: 'Choice',
      Choices: [{ Condition: '{% ($b := $a; $exists($b.$[0])) %}', Assign: { c: 1 }, Next: 'both' }],
      Assign: { c: 2 },
      Default: 'both',
    },
    both: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'inner',
          States: { inner: { Type: 'Pass', Assign: { d: '{% $c %}' }, Output: '{% $a %}', End: true } },
        },
      ],
      Assign: { e: '{% $states.result[0] %}' },
      Next: 'each',
    },
    each: {
      Type: 'Map',
      Items: '{% $e %}',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'item',
        States: {
          item: { Type: 'Pass', Assign: { a: 1 }, Output: '{% $map($states.input, function($v) { $v }) %}', End: true },
        },
      },
      End: true,
    },
  } as unknown as StateMachine['States'],
};

/** The sound machine with fields of the state at a path of names replaced. */
function broken(path: readonly string[], change: object): StateMachine {
  const machine = structuredClone(SOUND);
  // biome-ignore lint/suspicious/noExplicitAny: any field of any state is broken
  let at: any = machine.States;
  for (const name of path) at = at[name];
  Object.assign(at, change);
  return machine;
}

const inner = ['both', 'Branches', '0', 'States'];
const item = ['each', 'ItemProcessor', 'States'];
const pass = (fields: object): State => ({ Type: 'Pass', End: true, ...fields }) as State;

describe('what breaks a rule is found', () => {
  it('and nothing in a sound machine', () => {
    expect(problemsOf({ machine: SOUND, type: 'STANDARD' })).toEqual([]);
  });

  it.each<[string, readonly string[], object, RegExp]>([
    ['a target that does not exist', ['first'], { Next: 'nowhere' }, /"nowhere", which is no state/],
    ['a state that is never reached', [], { lost: pass({}) }, /"lost" is never reached/],
    ['a state that leads nowhere', ['both'], { Next: undefined }, /"both" must either lead on or end/],
    [
      'a name of two states',
      inner,
      { inner: pass({ Next: 'first', End: undefined }), first: pass({}) },
      /"first" is the name of two states/,
    ],
    [
      'a name of 81 characters',
      inner,
      { inner: pass({ Next: 'x'.repeat(81), End: undefined }), ['x'.repeat(81)]: pass({}) },
      /80 characters/,
    ],
    [
      'a variable that is read before it is assigned',
      ['first', 'Arguments'],
      { Payload: '{% $a %}' },
      /"first" reads "\$a"/,
    ],
    ['a variable that is assigned on one way only', ['choice', 'Choices', '0'], { Assign: {} }, /"inner" reads "\$c"/],
    ['a variable of a branch that is read outside', ['each'], { Items: '{% $d %}' }, /"each" reads "\$d"/],
    [
      'a variable of an outer scope that a branch assigns',
      inner,
      { inner: pass({ Assign: { a: 1 } }) },
      /"inner" assigns "a"/,
    ],
    [
      'a variable that a child execution reads from outside',
      item,
      { item: pass({ Output: '{% $c %}' }) },
      /"item" reads "\$c"/,
    ],
    ['a name that is no name of a variable', ['first'], { Assign: { _a: 1 } }, /"_a"/],
    ['a variable that hides a function', ['first'], { Assign: { a: 1, lookup: 1 } }, /"lookup"/],
    ['an expression that is none', ['each'], { Items: '{% $e[ %}' }, /"each" has the expression/],
    [
      'a result where there is none',
      inner,
      { inner: pass({ Output: '{% $states.result %}' }) },
      /\$states\.result where/,
    ],
    ['an error outside a Catch', ['first'], { Output: '{% $states.errorOutput %}' }, /\$states\.errorOutput where/],
    ['States.ALL among others', ['first', 'Catch', '0'], { ErrorEquals: ['States.ALL', 'X'] }, /States\.ALL/],
    ['delays beyond their limit', ['first', 'Retry', '0'], { IntervalSeconds: 9, MaxDelaySeconds: 5 }, /delays/],
    ['a payload that is too large', ['each'], { Output: { text: 'x'.repeat(262_144) } }, /"each"\.Output has/],
  ])('%s', (_, path, change, message) => {
    const problems = problemsOf({ machine: broken(path, change), type: 'STANDARD' });
    expect(problems.join('\n')).toMatch(message);
  });

  it('what only a Standard state machine has, in an Express one', () => {
    expect(problemsOf({ machine: SOUND, type: 'EXPRESS' })).toEqual(['"each" is not for an Express state machine']);
  });
});
