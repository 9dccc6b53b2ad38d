import type { HistoryEvent as AwsHistoryEvent } from '@aws-sdk/client-sfn';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AwsHistoryReader, awsHistoryEvent } from '../../../lib/engine/index.ts';
import type { JsonObject } from '../../../lib/protocol/json.ts';
import { runs } from '../../chance.ts';
import { run, task } from '../harness.ts';

/** A state that is drawn, with the states in it; `name` makes the names of all of them different. */
type Drawn = (name: string) => JsonObject;

const leaf: fc.Arbitrary<Drawn> = fc.constantFrom<Drawn>(
  () => task({ Arguments: { fails: false } }),
  () => task({ Arguments: { fails: true }, Retry: [{ ErrorEquals: ['Once'], MaxAttempts: 1 }] }),
  () => task({ Arguments: { fails: true }, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] }),
  () => ({ Type: 'Wait', Seconds: 1 }),
  (name) => ({ Type: 'Pass', Assign: { [`of_${name}`]: '{% 1 %}' } }),
  () => ({ Type: 'Pass', Output: '{% $error("no") %}' }),
);

const scopeOf = (states: readonly Drawn[], name: string): JsonObject => {
  const named = states.map((state, at) => [`${name}${at}`, state(`${name}${at}`)] as const);
  const next = (at: number): JsonObject => (at + 1 < named.length ? { Next: `${name}${at + 1}` } : { End: true });
  const caught = `${name}Caught`;
  let isCaught = false;
  const chained = named.map(([own, state], at) => {
    const { End: _, ...rest } = state;
    const text = JSON.stringify({ ...rest, ...next(at) });
    isCaught ||= text.includes('"Next":"Caught"');
    return [own, JSON.parse(text.replaceAll('"Caught"', `"${caught}"`))];
  });
  return {
    StartAt: `${name}0`,
    States: Object.fromEntries([...chained, ...(isCaught ? [[caught, { Type: 'Pass', End: true }]] : [])]),
  };
};

const { state } = fc.letrec<{ state: Drawn; states: readonly Drawn[]; parallel: Drawn; map: Drawn }>((tie) => ({
  state: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf, tie('parallel'), tie('map')),
  states: fc.array(tie('state'), { minLength: 1, maxLength: 3 }),
  parallel: fc.tuple(fc.array(tie('states'), { minLength: 1, maxLength: 3 }), fc.boolean()).map(
    ([branches, isCaught]): Drawn =>
      (name) => ({
        Type: 'Parallel',
        Branches: branches.map((states, at) => scopeOf(states, `${name}p${at}s`)),
        ...(isCaught && { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] }),
      }),
  ),
  map: fc.tuple(tie('states'), fc.integer({ min: 0, max: 3 }), fc.boolean()).map(
    ([states, limit, isCaught]): Drawn =>
      (name) => ({
        Type: 'Map',
        Items: [1, 2, 3],
        MaxConcurrency: limit,
        ItemProcessor: scopeOf(states, `${name}m`),
        ...(isCaught && { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] }),
      }),
  ),
}));

// A definition on the wire: what AWS answers is read from JSON, where an instant is a text.
const overTheWire = (events: readonly AwsHistoryEvent[]): readonly AwsHistoryEvent[] =>
  JSON.parse(JSON.stringify(events)).map((event: AwsHistoryEvent) => ({
    ...event,
    timestamp: new Date(event.timestamp ?? 0),
  }));

test('histories of AWS are read as what happened, each event with its state', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(state, { minLength: 1, maxLength: 3 }), async (states) => {
      let failures = 0;
      const { events } = await run({ QueryLanguage: 'JSONata', ...scopeOf(states, 's') }, ({ arguments: given }) => {
        const { fails } = given as { fails: boolean };
        if (!fails) return { ms: 5, result: { Payload: 1 } };
        failures += 1;
        return { fail: failures % 2 === 1 ? 'Once' : 'Twice' };
      });
      const written = events.map(awsHistoryEvent);
      const reader = new AwsHistoryReader();
      const read = overTheWire(written).map((event) => reader.read(event));
      // Which of several states inside each other was aborted, a history does not say.
      const told = ({ details: _, stateName, ...event }: (typeof events)[number]) =>
        event.type.endsWith('StateAborted') ? event : { ...event, stateName };
      expect(read.map(told)).toEqual(events.map(told));
      // Nothing of the details is lost: they are written again as they were.
      expect(read.map(awsHistoryEvent)).toEqual(written);
    }),
    { numRuns: runs(150) },
  );
});

test('payloads that are missing or cut off are null', () => {
  const read = new AwsHistoryReader('child').read({
    timestamp: new Date(7),
    type: 'TaskStateExited',
    id: 2,
    previousEventId: 1,
    stateExitedEventDetails: { name: 'A', output: '{"cut', outputDetails: { truncated: true } },
  });
  expect(read).toEqual({
    ...{ id: 2, previousEventId: 1, timestamp: 7, type: 'TaskStateExited', stateName: 'A', execution: 'child' },
    details: { name: 'A', output: null },
  });
});
