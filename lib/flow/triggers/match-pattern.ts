import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';

/** The first field of an event that does not match a pattern. */
export interface Mismatch {
  /** Its place, e.g. `detail.object.key`. */
  readonly path: string;
  /** What is there; undefined for nothing. */
  readonly found: Json | undefined;
  /** The values and comparisons of which one should match. */
  readonly wanted: Json;
}

/**
 * Where an event does not match a pattern that `checkPattern` takes; undefined where it does. As EventBridge matches: all fields of
 * the pattern, one value of each, and of a list in the event any item.
 */
export function findMismatch(event: Json | undefined, pattern: JsonObject, at = ''): Mismatch | undefined {
  for (const [key, wanted] of Object.entries(pattern)) {
    const mismatch =
      key === '$or' && Array.isArray(wanted) ? ofAlternatives(event, wanted, at) : ofField(event, key, wanted, at);
    if (mismatch) return mismatch;
  }
  return undefined;
}

function ofAlternatives(event: Json | undefined, alternatives: readonly Json[], at: string): Mismatch | undefined {
  const [first, ...others] = alternatives.map((one) => findMismatch(event, isObject(one) ? one : {}, at));
  return others.includes(undefined) ? undefined : first;
}

function ofField(event: Json | undefined, key: string, wanted: Json, at: string): Mismatch | undefined {
  const path = at === '' ? key : `${at}.${key}`;
  const found = isObject(event ?? null) ? Object.entries(event ?? {}).find(([name]) => name === key)?.[1] : undefined;
  if (isObject(wanted)) {
    // Of a list of maps, one has to match.
    const candidates = Array.isArray(found) ? found : [found];
    const mismatches = candidates.map((one) => findMismatch(one, wanted, path));
    return mismatches.includes(undefined) && candidates.length > 0
      ? undefined
      : (mismatches[0] ?? { path, found, wanted });
  }
  const values = Array.isArray(wanted) ? wanted : [wanted];
  return values.some((value) => isMatch(found, value)) ? undefined : { path, found, wanted };
}

/** Whether what is at a field matches one value of a pattern. */
function isMatch(found: Json | undefined, wanted: Json): boolean {
  if (isObject(wanted) && 'exists' in wanted) return (found !== undefined && !isObject(found)) === wanted.exists;
  if (found === undefined) return false;
  const items: readonly Json[] = Array.isArray(found) ? found : [found];
  return items.some((item) => isItemMatch(item, wanted));
}

function isItemMatch(item: Json, wanted: Json): boolean {
  if (!isObject(wanted)) return item === wanted;
  const [[comparison = '', operand = null] = []] = Object.entries(wanted);
  return compare(item, comparison, operand);
}

function compare(item: Json, comparison: string, operand: Json): boolean {
  switch (comparison) {
    case 'prefix':
      return ofText(item, operand, (text, start) => text.startsWith(start));
    case 'suffix':
      return ofText(item, operand, (text, end) => text.endsWith(end));
    case 'equals-ignore-case':
      return ofText(item, { 'equals-ignore-case': operand }, (text, other) => text === other);
    case 'wildcard':
      return typeof item === 'string' && wildcard(String(operand)).test(item);
    case 'anything-but':
      return isOther(item, operand);
    case 'numeric':
      return typeof item === 'number' && isWithin(item, Array.isArray(operand) ? operand : []);
    case 'cidr':
      return typeof item === 'string' && isInBlock(item, String(operand));
    default:
      return false;
  }
}

/** `operand`: a text, or one whose case does not count. */
function ofText(item: Json, operand: Json, test: (text: string, operand: string) => boolean): boolean {
  if (typeof item !== 'string') return false;
  if (!isObject(operand)) return test(item, String(operand));
  return test(item.toLowerCase(), String(operand['equals-ignore-case']).toLowerCase());
}

function isOther(item: Json, operand: Json): boolean {
  if (!isObject(operand)) return !(Array.isArray(operand) ? operand : [operand]).includes(item);
  const [[comparison = '', excluded = null] = []] = Object.entries(operand);
  return !(Array.isArray(excluded) ? excluded : [excluded]).some((one) => compare(item, comparison, one));
}

/** A star is any text; one after a backslash is itself. */
function wildcard(text: string): RegExp {
  const source = text.replace(/\\([*\\])|\*|[^*\\]+|\\/g, (part, escaped?: string) => {
    if (part === '*') return '.*';
    return (escaped ?? part).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}

function isWithin(value: number, [operator, bound, ...rest]: readonly Json[]): boolean {
  const limit = Number(bound);
  const holds = {
    '=': value === limit,
    '<': value < limit,
    '<=': value <= limit,
    '>': value > limit,
    '>=': value >= limit,
  };
  return (
    Object.entries(holds).some(([name, one]) => name === operator && one) &&
    (rest.length === 0 || isWithin(value, rest))
  );
}

function isInBlock(address: string, block: string): boolean {
  const [network = '', bits] = block.split('/');
  const family = isIPv4(network) ? 'ipv4' : 'ipv6';
  if (!(family === 'ipv4' ? isIPv4(address) : isIPv6(address))) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(address, family);
}
