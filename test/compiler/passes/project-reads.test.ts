import { describe, expect, it } from 'vitest';
import { type Mocks, runFlow } from '../../../lib/run/run-flow.ts';
import { changesOf, compiled } from './pass-tester.ts';

const source = `
steps:
  - { id: load, component: /m/load }
  - { id: name, component: /m/name, input: { $step: load, path: name } }
  - { id: twice, component: /m/twice, input: [{ $step: load, path: name }, { $if: { $step: load, path: tags }, then: 1 }] }
  - { id: log, component: /m/log, input: { $step: name }, mustExecute: true }
  - id: each
    component: /map
    input:
      items: [1]
      workflow: { $literal: { steps: [{ id: in, component: /m/in }], output: { $step: in, path: n } } }
output: [{ $step: twice }, { $step: each, path: successful }]`;

describe('functions answer', () => {
  it('only what is read of their results', () => {
    expect(changesOf(compiled(source), 'project-reads')).toEqual([
      'load: returns only name, tags',
      'log: returns nothing',
      'each.in: returns only n',
    ]);
    expect(changesOf(compiled(source, { without: ['project-reads'] }), 'project-reads')).toEqual([]);
  });

  it('all of it without the pass, and the flow does the same', async () => {
    const mocks: Mocks = {
      load: [{ result: { name: 'Ada', tags: ['x'], rest: 'unread' } }],
      in: [{ result: { n: 1 } }],
      ...Object.fromEntries(['name', 'twice', 'log'].map((id) => [id, [{ result: id }]])),
    };
    const answers = async (without: readonly string[]): Promise<string> => {
      const told: string[] = [];
      const { result } = await runFlow({
        source,
        mocks: { ...mocks, '/m/in': [{ result: { n: 1 } }] },
        without,
        onHistory: ({ type, details }) => {
          if (type === 'TaskSucceeded') told.push(JSON.stringify(details.output));
        },
      });
      expect(result).toEqual({ outcome: 'success', result: ['twice', 1] });
      return told.join();
    };
    expect(await answers([])).not.toContain('unread');
    expect(await answers(['project-reads'])).toContain('unread');
  });
});
