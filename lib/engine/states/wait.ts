import type { Json } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import type { StateCompiler } from '../definition/compiled.ts';
import { compileDataFlow } from '../definition/data-flow.ts';
import { compileField } from '../definition/field.ts';
import { isTimestamp, NOT_A_TIMESTAMP } from '../definition/timestamp.ts';
import { FieldError } from '../execution/failures.ts';

/** Wait: sleeps for Seconds, or until Timestamp unless it has passed. */
export const compileWait: StateCompiler = (name, section, loader) => {
  const next = loader.transition(section);
  const dataFlow = compileDataFlow(section);
  section.requireOne(['SecondsPath', 'Seconds', 'TimestampPath', 'Timestamp']);
  const seconds = compileField(section, 'Seconds', 'number', { minimum: 0, maximum: QUOTAS.seconds });
  const timestamp = compileField(section, 'Timestamp', 'string');
  const literal = section.value.Timestamp;
  if (typeof literal === 'string' && !literal.startsWith('{%') && !isTimestamp(literal))
    section.problem(NOT_A_TIMESTAMP, 'Timestamp');
  return {
    name,
    type: 'Wait',
    waitsForToken: false,
    async run(visit) {
      const { clock, branch } = visit;
      const input = dataFlow.selectedInput(visit);
      const duration = seconds && (await seconds.evaluate(visit, input)) * 1000;
      const until = timestamp && parseTimestamp(await timestamp.evaluate(visit, input), section.value.TimestampPath);
      const ms = duration ?? (until ?? 0) - clock.now();
      if (ms > 0) await clock.sleep(ms, branch.cancellation.signal, { id: visit.id });
      return { ...(await dataFlow.stateOutput(visit, input)), next };
    },
  };
};

/** An ISO 8601 time with an offset, in milliseconds since the epoch. */
function parseTimestamp(text: string, path: Json | undefined): number {
  if (isTimestamp(text)) return Date.parse(text);
  const format = 'ISO-8601 extended offset date-time format string:';
  if (path === undefined)
    throw new FieldError(
      'States.QueryEvaluationError',
      `The Timestamp field cannot be parsed as an ${format} ${text}`,
      'Timestamp',
    );
  const what = `The TimestampPath parameter does not reference a valid ${format} ${path} == ${text}`;
  throw new FieldError('States.Runtime', what, 'TimestampPath');
}
