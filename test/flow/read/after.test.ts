import { describe, expect, it } from 'vitest';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';

const STEPS = `steps:
  - { id: charge, component: /payment/charge }
  - id: audit
    component: /audit/write
`;

const read = (after: string) => {
  const { flow, diagnostics } = readFlow(`${STEPS}    ${after}\n`, 'flow.yaml');
  const found = diagnostics.map(({ code, line, column, message }) => ({ code, line, column, message }));
  return { after: flow?.steps[1]?.after?.map(({ step, span: { line, column } }) => ({ step, line, column })), found };
};

describe('the "after" of a step', () => {
  it('is a list of ids, each with its place', () => {
    expect(read('after: [charge, 7]')).toEqual({
      after: [
        { step: 'charge', line: 5, column: 13 },
        { step: '7', line: 5, column: 21 },
      ],
      found: [],
    });
  });

  it.each(['after:', 'after: null', 'after: []'])('may be empty: %s', (written) => {
    expect(read(written)).toEqual({ after: undefined, found: [] });
  });

  it.each([
    ['after: charge', 'is the string "charge", but a list of the ids of steps, as in after: [charge], is expected'],
    ['after: { $step: charge }', 'is a map, but a list of the ids of steps, as in after: [charge], is expected'],
    ['after: true', 'is the boolean true, but a list of the ids of steps is expected'],
    ['after: [{ $step: charge }]', 'is a map, but the id of a step, without more: charge is expected'],
    ['after: [[charge]]', 'but the id of a step is expected'],
    ['after: ["not an id"]', 'but the id of a step is expected'],
  ])('is nothing else: %s', (written, message) => {
    expect(read(written)).toMatchObject({ after: undefined, found: [{ code: 'wrong-type', line: 5 }] });
    expect(read(written).found[0]?.message).toContain(message);
  });

  it.each(['dependsOn', 'depends_on', 'needs', 'waitFor', 'runAfter'])('is what is meant by %s', (key) => {
    const { diagnostics } = readFlow(`${STEPS}    ${key}: [charge]\n`, 'flow.yaml');
    expect(diagnostics).toMatchObject([
      { code: 'unknown-key', help: expect.stringContaining('write after: [ID, …].') },
    ]);
  });

  it.each(['before', 'next'])('stands in the other step, as %s is told', (key) => {
    const { diagnostics } = readFlow(`${STEPS}    ${key}: [charge]\n`, 'flow.yaml');
    expect(diagnostics).toMatchObject([
      { help: expect.stringContaining('after: [ID, …] in the step that comes later') },
    ]);
  });

  it('is no key of a flow', () => {
    const { diagnostics } = readFlow(`${STEPS}after: [charge]\n`, 'flow.yaml');
    expect(diagnostics).toMatchObject([{ code: 'unknown-key', help: expect.stringContaining('belongs to a step') }]);
  });
});
