import { describe, expect, it } from 'vitest';
import type { MapState } from '../../../../lib/asl/state-machine.ts';
import { statesIn } from '../../../../lib/asl/walk-states.ts';
import { check } from '../../../../lib/compiler/check/index.ts';
import { compile } from '../../../../lib/compiler/compile.ts';
import { THROTTLING_ATTEMPTS } from '../../../../lib/compiler/emit/throttling-attempts.ts';
import type { Json } from '../../../../lib/protocol/json.ts';
import { runFlow } from '../../../../lib/run/run-flow.ts';

const STEP = { id: 'one', component: '/noop', input: { $input: '$' } };
const MAP = { id: 'more', component: '/map', input: { items: { $input: '$' }, workflow: { steps: [STEP] } } };

const flowOf = (steps: Json[], type?: string, outer?: string): string =>
  JSON.stringify({
    ...(outer !== undefined && { metadata: { aws: { type: outer } } }),
    steps: [
      {
        id: 'each',
        component: '/map',
        input: {
          items: { $input: 'items' },
          workflow: {
            ...(type !== undefined && { metadata: { aws: { type } } }),
            steps,
            evaluation: 'eager',
            output: { $step: 'one' },
          },
        },
      },
    ],
    output: { $step: 'each', path: 'results[149].result' },
  });

function distributed(flow: string): MapState | undefined {
  const { stateMachine } = compile(flow);
  const maps = statesIn(stateMachine ?? { States: {} }).flatMap(([, state]) => (state.Type === 'Map' ? [state] : []));
  return maps.find(({ ItemProcessor }) => ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED');
}

const typeOf = (flow: string) => distributed(flow)?.ItemProcessor.ProcessorConfig?.ExecutionType;

describe('the items of a distributed Map', () => {
  it('run as Express executions where their flow says so, and only there', () => {
    expect(typeOf(flowOf([STEP]))).toBe('STANDARD');
    expect(typeOf(flowOf([STEP], 'STANDARD'))).toBe('STANDARD');
    expect(typeOf(flowOf([STEP], 'EXPRESS'))).toBe('EXPRESS');
  });

  it('run as Standard ones where they run maps, which a warning says at the map', () => {
    const flow = flowOf([STEP, MAP], 'EXPRESS');
    expect(typeOf(flow)).toBe('STANDARD');
    const { flow: read } = compile(flow);
    const found = read ? check(read, () => undefined) : [];
    expect(found.map(({ code, severity }) => [code, severity])).toEqual([['express-items', 'warning']]);
    expect(compile(flowOf([STEP, MAP], 'EXPRESS', 'EXPRESS')).diagnostics).toEqual([]);
  });

  it('do not repeat throttled calls for longer than an Express execution may take', () => {
    const processor = distributed(flowOf([{ ...STEP, component: '/my/one' }], 'EXPRESS'))?.ItemProcessor;
    const [task] = statesIn(processor ?? { States: {} }).flatMap(([, state]) => (state.Type === 'Task' ? [state] : []));
    expect(task?.Retry?.[0]).toMatchObject({ MaxAttempts: THROTTLING_ATTEMPTS.express });
  });

  it('give the same results as Express executions', async () => {
    const input = { items: Array.from({ length: 150 }, (_, n) => ({ n })) };
    const results = await Promise.all(
      [undefined, 'EXPRESS'].map((type) => runFlow({ source: flowOf([STEP], type), input })),
    );
    for (const { result } of results) expect(result).toEqual({ outcome: 'success', result: { n: 149 } });
  });
});
