import { describe, expect, it } from 'vitest';
import type { StateMachine, TaskState } from '../../../lib/asl/state-machine.ts';
import { statesIn } from '../../../lib/asl/walk-states.ts';
import { compile } from '../../../lib/compiler/compile.ts';
import { transportRetries } from '../../../lib/compiler/emit/states/retry.ts';
import { execute } from '../../../lib/engine/index.ts';
import type { Json } from '../../../lib/protocol/json.ts';
import { expectDiagnostics } from '../../diagnostics/expect-diagnostics.ts';
import { outline } from './outline.ts';

const machineOf = (source: string): StateMachine => {
  const { stateMachine, diagnostics } = compile(source);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return stateMachine ?? { StartAt: '', States: {} };
};

const task = (machine: StateMachine, name: string): TaskState | undefined =>
  statesIn(machine).flatMap(([own, state]) => (own === name && state.Type === 'Task' ? [state] : []))[0];

const payload = (machine: StateMachine, name: string): unknown => {
  const args = task(machine, name)?.Arguments;
  return args !== null && typeof args === 'object' && 'Payload' in args ? args.Payload : undefined;
};

describe('the shape of a state machine', () => {
  it('has what can run at once side by side, and no state too many', () => {
    const machine = machineOf(`
steps:
  - { id: user, component: /u/load, input: { id: { $input: id } } }
  - { id: posts, component: /c/posts, input: { id: { $step: user, path: id } } }
  - { id: friends, component: /c/friends, input: { id: { $step: user, path: id } } }
  - { id: page, component: /c/page, input: { p: { $step: posts }, f: { $step: friends } } }
output: { $step: page }`);
    expect(outline(machine)).toBe('user → (posts | friends) → page');
  });

  it('has one Choice for a step that may be skipped and for those right after it that the skip spreads to', () => {
    const machine = machineOf(`
steps:
  - { id: check, component: /cache/check, input: { key: k } }
  - { id: answer, component: /ai/answer, skipIf: { $step: check, path: hit }, input: 1 }
  - { id: store, component: /cache/store, input: { value: { $step: answer } } }`);
    expect(outline(machine)).toBe('check → answer?[else output] → answer → store');
  });

  it('leaves out what nothing wants', () => {
    const machine = machineOf(`
steps:
  - { id: a, component: /x/y }
  - { id: b, component: /x/y }
  - { id: c, component: /x/y, mustExecute: true }
output: { $step: b }`);
    expect(outline(machine)).toBe('(b | c)');
  });

  it('looks before the end where a path of the output may be missing', () => {
    const machine = machineOf(`
steps: [{ id: a, component: /x/y }, { id: b, component: /x/z }]
output: { r: { $step: a, path: k }, s: { $step: b } }`);
    expect(outline(machine)).toBe('(a | b) → output?[else output is skipped, fail: EXPRESSION_FAILURE] → output');
  });

  it('guards a step that is wanted in one arm only, after what decides it', () => {
    const machine = machineOf(`
steps:
  - { id: which, component: /x/y }
  - { id: a, component: /x/y }
  - { id: b, component: /x/y }
output: { $if: { $step: which }, then: { $step: a }, else: { $step: b } }`);
    expect(outline(machine)).toBe('which → (a?[else end of a] → a | b?[else end of b] → b)');
  });

  it('is one state for a flow of constants', () => {
    const machine = machineOf('steps: []\noutput: { a: [1, { b: "{% $x %}" }] }');
    expect(machine.States).toEqual({
      output: {
        Type: 'Pass',
        Output: { outcome: 'success', result: { a: [1, { b: '{% "{% $x %}" %}' }] } },
        End: true,
      },
    });
  });
});

describe('input', () => {
  const machine = (): StateMachine =>
    machineOf(`
inputSchema: { type: object, required: [id], properties: { id: { type: string } } }
steps: [{ id: a, component: /x/y, input: { $input: id } }]`);
  const start = (input: Json) => execute(machine(), { input, resolver: async () => ({ Payload: { $: 'done' } }) });

  it('is checked before the first step, however the state machine is started', async () => {
    expect(outline(machine())).toBe('input?[else fail: INVALID_INPUT] → a');
    expect(await start({ id: 'x' })).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'success', result: { a: 'done' } },
    });
    expect(await start({ id: 5 })).toMatchObject({
      status: 'FAILED',
      error: 'INVALID_INPUT',
      cause: expect.stringContaining('\\"id\\" must be string, but is 5'),
    });
  });

  it('is read without asking where the schema makes sure of it', () => {
    expect(payload(machine(), 'a')).toMatchObject({ input: '{% $lookup($states.context.Execution.Input, "id") %}' });
  });

  it('is a warning where its schema has keywords that the state machine cannot check', () => {
    expectDiagnostics(`
inputSchema: { type: array, uniqueItems: true }
             ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ unchecked-keyword
steps: [{ id: a, component: /x/y }]`);
  });
});

describe('data', () => {
  const flow = `
steps:
  - { id: load, component: /u/load, input: 1 }
  - { id: a, component: /x/a, input: { n: { $step: load, path: profile.name } } }
  - { id: b, component: /x/b, input: { l: { $step: load, path: "list[0]" } } }
  - { id: c, component: /x/c, input: [ { $step: a }, { $step: b, path: n } ] }
output: { $step: c }`;

  it('of a step is only what is read', () => {
    const machine = machineOf(flow);
    expect(payload(machine, 'load')).toMatchObject({ step: 'load', input: 1, reads: ['profile.name', 'list[0]'] });
    expect(payload(machine, 'a')).toMatchObject({ input: { n: '{% $lookup($load, "profile.name") %}' }, reads: ['$'] });
  });

  it('leaves a branch only where it is read after it', () => {
    const machine = machineOf(flow);
    const [, parallel] = statesIn(machine).find(([, { Type }]) => Type === 'Parallel') ?? [];
    expect(parallel).toMatchObject({
      Assign: { a_out: '{% $lookup($states.result[0], "a") %}', b_out: '{% $lookup($states.result[1], "b") %}' },
      Branches: [
        { States: { a: { Output: { a: '{% $states.result.Payload %}' } } } },
        { States: { b: { Output: { b: '{% $states.result.Payload %}' } } } },
      ],
    });
    expect(task(machine, 'a')).not.toHaveProperty('Assign');
  });

  it('leaves a branch without the slots that only the branch reads', () => {
    const machine = machineOf(`
steps:
  - { id: a, component: /x/a }
  - { id: b, component: /x/b, input: { $step: a, path: big } }
  - { id: c, component: /x/c }
output: [{ $step: a }, { $step: b }, { $step: c }]`);
    expect(task(machine, 'b')?.Output).toMatchObject({
      a: '{% $sift($a, function($value, $key) { $key in ["$", "$skipped", "$missing"] }) %}',
    });
  });

  it('is not returned where it is not read', () => {
    const machine = machineOf('steps: [{ id: a, component: /x/y, mustExecute: true }]\noutput: 1');
    expect(payload(machine, 'a')).not.toHaveProperty('reads');
    expect(task(machine, 'a')).not.toHaveProperty('Assign');
  });
});

describe('names', () => {
  it('of states are the ids, of variables what JSONata can read', () => {
    const machine = machineOf(`
steps:
  - { id: lookup, component: /x/y }
  - { id: 1st-step.a, component: /x/y, input: { $step: lookup } }
  - { id: b, component: /x/y, input: { $step: 1st-step.a } }`);
    expect(outline(machine)).toBe('lookup → 1st-step.a → b');
    expect(payload(machine, '1st-step.a')).toMatchObject({ input: '{% $lookup($lookup_2, "$") %}' });
    expect(payload(machine, 'b')).toMatchObject({ input: '{% $lookup($s1st_step_a, "$") %}' });
  });

  it('stay unique and short enough where ids are long', () => {
    const id = 'x'.repeat(120);
    const machine = machineOf(
      `steps:\n  - { id: ${id}a, component: /x/y }\n  - { id: ${id}b, component: /x/y, input: { $step: ${id}a } }`,
    );
    const names = statesIn(machine).map(([name]) => name);
    expect(new Set(names).size).toBe(2);
    expect(names.every((name) => name.length <= 80)).toBe(true);
  });
});

describe('errors', () => {
  it('in transport are retried always, others as onError says', () => {
    const machine = machineOf(`
steps:
  - { id: a, component: /x/y, onError: { action: retry, maxRetries: 7 } }
  - { id: b, component: /x/y, onError: { action: useDefault, defaultValue: { k: [1] } }, input: { $step: a } }
output: { $coalesce: [{ $step: b, path: "k[0]" }, { $step: b, path: gone }] }`);
    expect(task(machine, 'a')?.Retry).toMatchObject([
      ...transportRetries.map(({ ErrorEquals }) => ({ ErrorEquals })),
      { MaxAttempts: 0 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 7 },
    ]);
    expect(task(machine, 'b')?.Catch).toMatchObject([
      { ErrorEquals: ['EXPRESSION_FAILURE', 'States.QueryEvaluationError'], Next: 'fail' },
      { Assign: { b: { 'k[0]': 1, '$present(k[0])': true, '$present(gone)': false, $missing: ['gone'] } } },
    ]);
  });
});
