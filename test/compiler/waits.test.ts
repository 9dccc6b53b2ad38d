import { describe, expect, it } from 'vitest';
import { sizeOfMachine } from '../../lib/asl/sizes.ts';
import type { TaskState } from '../../lib/asl/state-machine.ts';
import { statesIn } from '../../lib/asl/walk-states.ts';
import { type CompileOptions, compile } from '../../lib/compiler/compile.ts';

/** The Task states of a flow that compiles without an error, by their names. */
function tasksOf(source: string, options: CompileOptions = {}): { readonly [name: string]: TaskState } {
  const { stateMachine, diagnostics } = compile(source, options);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const states = stateMachine ? statesIn(stateMachine) : [];
  return Object.fromEntries(states.flatMap(([name, state]) => (state.Type === 'Task' ? [[name, state]] : [])));
}

const WAITS = 'arn:aws:states:::lambda:invoke.waitForTaskToken';

const flow = (input: string, more = ''): string =>
  `steps: [{ id: ask, component: /builtin/approval, input: ${input} ${more} }]\noutput: { $step: ask, path: approved }\n`;

describe('a step that waits for an answer', () => {
  it('is a Task with a task token, which its function gets, and nothing else of the state machine', () => {
    const { ask } = tasksOf(flow('{ title: Go on? }'));
    expect(ask).toMatchObject({
      Resource: WAITS,
      TimeoutSeconds: 99_999_999,
      Arguments: {
        FunctionName: '${component:/builtin/approval}',
        Payload: { token: '{% $states.context.Task.Token %}', reads: ['approved'], step: 'ask' },
      },
    });
    expect(JSON.stringify(ask).split('Task.Token')).toHaveLength(2);
  });

  it.each([
    ['{ title: Go on?, timeout: 90.5 }', '', 91],
    ['{ title: Go on?, timeout: 90 }', ', timeout: 30', 30],
    ['{ title: Go on?, timeout: 20 }', ', timeout: 30.2', 20],
    ['{ title: Go on? }', ', timeout: 30.2', 31],
    ['{ title: Go on?, timeout: soon }', '', 99_999_999],
  ])('waits with %s %s for %d seconds', (input, more, seconds) => {
    const { ask } = tasksOf(flow(input, more));
    expect(ask?.TimeoutSeconds).toBe(seconds);
    expect(ask?.Arguments).toMatchObject({ Payload: { timeout: seconds } });
  });

  it('has one event more than another call', () => {
    const events = (component: string): number => {
      const { stateMachine } = compile(`steps: [{ id: ask, component: ${component} }]\noutput: { $step: ask }\n`);
      return stateMachine ? sizeOfMachine(stateMachine).events : 0;
    };
    expect(events('/approval') - events('/my/own')).toBe(1);
  });

  it('does no work of others, shares no function, and is asked one by one', () => {
    const many = Array.from(
      { length: 12 },
      (_, at) => `  - { id: a${at}, component: /approval, input: { title: t${at} } }`,
    );
    const tasks = tasksOf(
      `
steps:
${many.join('\n')}
  - { id: put, component: /put_blob, input: { data: { $step: a0 } } }
  - { id: last, component: /wait_for_callback, input: { details: [{ $step: put }] } }
output: { last: { $step: last, path: a.b }, of: [${many.map((_, at) => `{ $step: a${at}, path: by }`).join(', ')}] }
`,
      { with: ['fuse-chains'] },
    );
    expect(Object.values(tasks).filter(({ Resource }) => Resource === WAITS)).toHaveLength(13);
    expect(tasks.put).toBeDefined();
    expect(JSON.stringify(Object.values(tasks).filter(({ Resource }) => Resource === WAITS))).not.toMatch(
      /"(fused|output|before)"/,
    );
  });

  it('does not wait where the component is one of the project', () => {
    const { ask } = tasksOf(flow('{ title: Go on? }'), { opaque: () => true, replaced: () => true });
    expect(ask?.Resource).toBe('arn:aws:states:::lambda:invoke');
    expect(JSON.stringify(ask)).not.toContain('Token');
  });
});
