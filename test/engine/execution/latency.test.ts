import { describe, expect, it } from 'vitest';
import type { StateMachine } from '../../../lib/asl/state-machine.ts';
import { execute, TaskError, VirtualClock } from '../../../lib/engine/index.ts';

const pass = { Type: 'Pass', End: true } as const;

const sideBySide: StateMachine = {
  QueryLanguage: 'JSONata',
  StartAt: 'Fork',
  States: {
    Fork: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Call',
          States: {
            Call: { Type: 'Task', Resource: 'arn:aws:states:local:000000000000:test:a', Next: 'Then' },
            Then: pass,
          },
        },
        { StartAt: 'Only', States: { Only: pass } },
      ],
      End: true,
    },
  },
};

const latency = (name: string): number => ({ Fork: 30, Call: 20, Then: 5, Only: 40 })[name] ?? 0;

describe('the latency of states', () => {
  it('passes before the work of each state, concurrently in branches', async () => {
    const clock = new VirtualClock();
    const resolver = async () => {
      await clock.sleep(100);
      return null;
    };
    const { status, startMs, stopMs } = await execute(sideBySide, { clock, latency, resolver });
    expect({ status, ms: stopMs - startMs }).toEqual({ status: 'SUCCEEDED', ms: 30 + 20 + 100 + 5 });
  });

  it('ends with its branch when a sibling fails', async () => {
    const clock = new VirtualClock();
    const resolver = async () => {
      throw new TaskError('Broken');
    };
    const slow = (name: string): number => (name === 'Only' ? 1_000_000 : 0);
    const { status, error, stopMs } = await execute(sideBySide, { clock, latency: slow, resolver });
    expect({ status, error, stopMs }).toEqual({ status: 'FAILED', error: 'Broken', stopMs: 0 });
  });
});
