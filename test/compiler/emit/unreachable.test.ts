import { describe, expect, it } from 'vitest';
import { statesIn } from '../../../lib/asl/walk-states.ts';
import { compile } from '../../../lib/compiler/compile.ts';
import { runFlow } from '../../../lib/run/run-flow.ts';

/** A step that cannot fail: its inner flow only waits. */
const flow = (onError: object, component = '/builtin/eval') =>
  JSON.stringify({
    steps: [
      {
        ...{ id: 'run', component, onError },
        input: {
          ...(component === '/builtin/map' && { items: [1] }),
          [component === '/builtin/map' ? 'workflow' : 'flow']: {
            steps: [{ id: 'wait', component: '/sleep', input: { duration_ms: 1 } }],
            output: { $step: 'wait', path: 'duration_ms' },
          },
        },
      },
    ],
    output: { $step: 'run', path: component === '/builtin/map' ? 'results' : 'result' },
  });

describe('what is to come after a failure of a step that cannot fail', () => {
  it.each([
    ['its default', { action: 'useDefault' }],
    [
      'its default, which is evaluated',
      { action: 'useDefault', defaultValue: { result: { $input: 'x' }, results: [] } },
    ],
    ['being skipped', { action: 'skip' }],
  ])('is in no state machine: %s', async (_, onError) => {
    for (const component of ['/builtin/eval', '/builtin/map']) {
      const source = flow(onError, component);
      const { stateMachine, sourceMap } = compile(source);
      const names = stateMachine ? statesIn(stateMachine).map(([name]) => name) : [];
      expect(Object.keys(sourceMap.states).sort()).toEqual([...names].sort());
      const { result } = await runFlow({ source, input: {} });
      const outcome = { outcome: 'success', result: 1 };
      expect(result).toEqual({ outcome: 'success', result: component === '/builtin/map' ? [outcome] : outcome });
    }
  });
});
