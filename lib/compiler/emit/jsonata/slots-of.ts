import { parseSlotKey } from '../../../protocol/invocation.ts';
import { missing } from '../../../protocol/markers.ts';
import { parseJoined } from '../../../protocol/path.ts';
import { passesTest } from './expressions.ts';
import { pathOf } from './input-path.ts';
import { constant, type Jsonata, object, quote } from './jsonata.ts';
import { bind } from './locals.ts';

/**
 * The slots of a step whose result the state machine itself has at hand, as JSONata: what the wrapper answers for a
 * step that calls a function. `value` is used once for each key, so it should be short.
 */
export function slotsOf(id: string, value: Jsonata, keys: readonly string[]): Jsonata {
  const gone = keys.filter((key) => !parseSlotKey(key).test && key !== '$');
  const slots = keys.map((key): [string, Jsonata] => [key, slotOf(id, value, key)]);
  if (gone.length === 0) return object(slots);
  const absent = gone.map((key) => `$exists(${at(value, key)}) ? [] : ${quote(key)}`);
  return object([...slots, ['$missing', `[${absent.join(', ')}]`]]);
}

function slotOf(id: string, value: Jsonata, key: string): Jsonata {
  const { path, test } = parseSlotKey(key);
  const found = at(value, path);
  if (test) return passesTest(found, test);
  if (key === '$') return found;
  const none = constant(missing(`${quote(path)} of step ${quote(id)}`));
  return bind('$value', found, `$exists($value) ? $value : ${none}`);
}

/** Any path of a result that is null as a whole is null. */
function at(value: Jsonata, written: string): Jsonata {
  const path = parseJoined(written);
  if ('error' in path || path.segments.length === 0) return value;
  return `(${value} = null ? null : ${pathOf(value, { text: written, path })})`;
}
