import { describe, expect, it } from 'vitest';
import type { Branch, State } from '../../lib/asl/state-machine.ts';
import { branchesOf, mapStates, statesIn } from '../../lib/asl/walk-states.ts';

const scope = (states: { readonly [name: string]: State }): Branch => ({
  StartAt: Object.keys(states)[0] ?? '',
  States: states,
});

const machine = {
  Comment: 'kept',
  ...scope({
    a: { Type: 'Pass', Next: 'b' },
    b: {
      Type: 'Parallel',
      Branches: [
        scope({ c: { Type: 'Map', ItemProcessor: scope({ d: { Type: 'Pass', End: true } }), End: true } }),
        scope({ e: { Type: 'Pass', End: true } }),
      ],
      Next: 'f',
    },
    f: { Type: 'Succeed' },
  }),
};

const namesIn = (inner: Branch): readonly string[] => statesIn(inner).map(([name]) => name);

describe('the walker over states', () => {
  it('comes to every state, at any depth, in the order in which they are written', () => {
    expect(namesIn(machine)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('knows the scopes inside a state', () => {
    const inside = statesIn(machine).map(([name, state]) => [name, branchesOf(state).map(namesIn)]);
    expect(inside).toEqual([
      ['a', []],
      ['b', [['c', 'd'], ['e']]],
      ['c', [['d']]],
      ['d', []],
      ['e', []],
      ['f', []],
    ]);
  });

  it('changes every state, those inside first, and leaves all else as it is', () => {
    const seen: string[] = [];
    const changed = mapStates(machine, (state) => {
      seen.push(state.Type);
      return state.Type === 'Pass' ? { ...state, Comment: 'seen' } : state;
    });
    expect(seen).toEqual(['Pass', 'Pass', 'Map', 'Pass', 'Parallel', 'Succeed']);
    expect(
      statesIn(changed)
        .filter(([, { Comment }]) => Comment === 'seen')
        .map(([name]) => name),
    ).toEqual(['a', 'd', 'e']);
    expect(changed).toMatchObject({ Comment: 'kept', StartAt: 'a' });
    expect(namesIn(changed)).toEqual(namesIn(machine));
  });
});
