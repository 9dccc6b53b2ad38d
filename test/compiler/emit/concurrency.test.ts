import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MapState, StateMachine } from '../../../lib/asl/state-machine.ts';
import { type Scope, statesIn } from '../../../lib/asl/walk-states.ts';
import { type CompileOptions, compile } from '../../../lib/compiler/compile.ts';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';
import { DEFAULT_CONCURRENCY, QUOTAS } from '../../../lib/protocol/quotas.ts';
import { runs } from '../../chance.ts';
import { drawnFlow, drawnSteps, each, flowOf, step } from './drawn-maps.ts';

function compiled(flow: JsonObject, options: CompileOptions = {}): StateMachine {
  const { stateMachine, diagnostics } = compile(JSON.stringify(flow), options);
  if (!stateMachine) throw new Error(JSON.stringify(diagnostics));
  return stateMachine;
}

const mapsIn = (machine: Scope): readonly MapState[] =>
  statesIn(machine).flatMap(([, state]) => (state.Type === 'Map' ? [state] : []));

const isDistributed = ({ ItemProcessor }: MapState): boolean => ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED';

/** How many items a Map has whose list is written out. */
function writtenItems(items: MapState['Items']): number | undefined {
  if (Array.isArray(items)) return items.length;
  const list = /^\{% (\[.*\]) %\}$/.exec(String(items))?.[1];
  return list === undefined ? undefined : JSON.parse(list).length;
}

/** How many iterations AWS runs at once. */
function iterationsOf(state: MapState): number {
  const { MaxConcurrency = 0, Items } = state;
  if (typeof MaxConcurrency !== 'number') throw new Error(`${MaxConcurrency} is not known`);
  const quota = isDistributed(state) ? QUOTAS.distributedConcurrency : QUOTAS.inlineConcurrency;
  const items = writtenItems(Items) ?? quota;
  return Math.min(MaxConcurrency === 0 ? quota : Math.min(MaxConcurrency, quota), items);
}

/** The most calls at once of a scope, whose states run one after another. */
function callsOf({ States }: Scope): number {
  const calls = Object.values(States).map((state): number => {
    if (state.Type === 'Map') return iterationsOf(state) * callsOf(state.ItemProcessor);
    if (state.Type === 'Parallel') return state.Branches.reduce((sum, branch) => sum + callsOf(branch), 0);
    return state.Type === 'Task' ? 1 : 0;
  });
  return Math.max(0, ...calls);
}

/** The bounds of the distributed Maps, in the order of the definition; undefined where there is none. */
const boundsOf = (flow: JsonObject, options?: CompileOptions): readonly MapState['MaxConcurrency'][] =>
  mapsIn(compiled(flow, options))
    .filter(isDistributed)
    .map(({ MaxConcurrency }) => MaxConcurrency);

describe('a map', () => {
  const one = flowOf(each('each', [step('one')]));

  it('runs no more items at once than an account bears beside others', () => {
    expect(boundsOf(one)).toEqual([DEFAULT_CONCURRENCY]);
    expect(DEFAULT_CONCURRENCY).toBe(200);
  });

  it('runs as many at once as its step, the deployment, or the flow says, in this order', () => {
    const saying = { ...one, metadata: { aws: { maxConcurrency: 30 } } };
    expect(boundsOf(saying)).toEqual([30]);
    expect(boundsOf(saying, { maxConcurrency: 500 })).toEqual([500]);
    const own = flowOf(each('each', [step('one')], { max_concurrency: 700 }));
    expect(boundsOf(own, { maxConcurrency: 20 })).toEqual([700]);
  });

  it('leaves room for the steps that run side by side in an item', () => {
    expect(boundsOf(flowOf(each('each', [step('a'), step('b'), step('c')])), { maxConcurrency: 30 })).toEqual([10]);
  });

  it('shares the calls with others that run at the same time, and not with those before and after it', () => {
    const items = { $input: 'items' };
    const workflow = { $literal: { steps: [step('one')] } };
    const first = step('a', '/map', { items, workflow });
    const beside = step('b', '/map', { items, workflow });
    const after = step('c', '/map', { items: { $step: 'b', path: 'results' }, workflow });
    expect(boundsOf(flowOf(first, beside), { maxConcurrency: 50 })).toEqual([25, 25]);
    expect(boundsOf(flowOf(beside, after), { maxConcurrency: 50 })).toEqual([50, 50]);
  });

  it('in a map has as many items at once as the other', () => {
    const nested = flowOf(each('outer', [each('inner', [step('one')])]));
    expect(new Set(boundsOf(nested, { maxConcurrency: 100 }))).toEqual(new Set([10]));
  });

  it('round a map over few items that are written out lets these run at once', () => {
    const few = each('inner', [step('one')], { items: [1, 2, 3] });
    expect(boundsOf(flowOf(each('outer', [few])), { maxConcurrency: 30 })).toEqual([10]);
  });

  it('is bounded inline where the bound is less than AWS runs at once', () => {
    const inline = (most: number) =>
      mapsIn(compiled(one, { maxConcurrency: most })).find((state) => !isDistributed(state))?.MaxConcurrency;
    expect([inline(3), inline(39), inline(40), inline(200)]).toEqual([3, 39, undefined, undefined]);
  });

  it.each<Json>([0, -1, 2.5, '5', true])('is refused a bound of %j', (maxConcurrency) => {
    const { diagnostics } = compile(JSON.stringify({ ...one, metadata: { aws: { maxConcurrency } } }));
    expect(diagnostics.map(({ code, message }) => [code, message.includes('maxConcurrency')])).toEqual([
      ['wrong-type', true],
    ]);
  });
});

describe('a fan-out', () => {
  const wide = (count: number): JsonObject =>
    flowOf(...Array.from({ length: count }, (_, at) => step(`s${at}`, '/my/work', { at, of: { $input: '$' } })));

  it('is not bounded where an account bears it', () => {
    const maps = mapsIn(compiled(wide(120)));
    expect(maps.map(({ MaxConcurrency }) => MaxConcurrency)).toEqual([undefined, undefined, undefined]);
  });

  // One state machine, so that all its calls can be counted.
  const limits = { definitionBytes: 10_000_000, events: 1_000_000 };

  it('of as many steps as an account calls at once runs all of them at once', () => {
    const machine = compiled(wide(QUOTAS.concurrentCalls), { limits });
    expect(mapsIn(machine).map(({ MaxConcurrency }) => MaxConcurrency)).toEqual(mapsIn(machine).map(() => undefined));
    expect(callsOf(machine)).toBe(QUOTAS.concurrentCalls);
  });

  it.each([
    [QUOTAS.concurrentCalls, undefined],
    [150, 150],
  ])('of more steps calls no more than %i functions at once', (most, maxConcurrency) => {
    const machine = compiled(wide(1500), { limits, ...(maxConcurrency && { maxConcurrency }) });
    expect(mapsIn(machine).length).toBeGreaterThanOrEqual(25);
    expect(callsOf(machine)).toBeLessThanOrEqual(most);
    // As many as that whole number of iterations for each of the Maps allows.
    expect(callsOf(machine)).toBeGreaterThan(most - mapsIn(machine).length);
  });
});

describe('drawn maps and fan-outs', () => {
  it('call no more functions at once than asked, or than there are branches', () => {
    fc.assert(
      fc.property(drawnSteps, fc.integer({ min: 1, max: 300 }), (all, most) => {
        const flow = drawnFlow(all);
        const machine = compiled(flow, { maxConcurrency: most });
        const least = callsOf(compiled(flow, { maxConcurrency: 1 }));
        for (const state of mapsIn(machine)) {
          if (isDistributed(state)) expect(state.MaxConcurrency).toBeGreaterThanOrEqual(1);
          expect(iterationsOf(state)).toBeLessThanOrEqual(Math.max(most, QUOTAS.inlineConcurrency));
        }
        expect(callsOf(machine)).toBeLessThanOrEqual(Math.max(most, least));
      }),
      { numRuns: runs(50) },
    );
  });
});
