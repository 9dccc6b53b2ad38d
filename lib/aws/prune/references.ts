import { isObject } from '../../protocol/json.ts';

const REFERENCE = /arn:[\w-]+:(?:states|lambda):[\w-]*:\d*:(?:stateMachine|function):[\w-]+(?::[\w$-]+)?/g;

/** The ARNs of the state machines and functions that a definition names, with versions where it names these. */
export const referencesIn = (definition: string): readonly string[] => [...new Set(definition.match(REFERENCE) ?? [])];

/** An ARN without the version or alias at its end. */
export const unqualified = (arn: string): string => arn.split(':').slice(0, 7).join(':');

/** The name of a state machine, function or role with this ARN; with its version, where it has one. */
export const nameIn = (arn: string): string => arn.replace(/^(?:[^:]*:){6}/, '').replace(/^.*\//, '');

/**
 * Whether the table of a function that calls others itself may have `version`. Where a table is in a file of the function, only
 * the end of all names and the numbers of the versions are known: `FILE END 7,12`.
 */
export function mayCall(table: string, version: string): boolean {
  const [name = '', number = ''] = version.split(':').slice(-2);
  if (!table.startsWith('{')) {
    const [, end = '', numbers = ''] = table.split(' ');
    return name.endsWith(end) && numbers.split(',').includes(number);
  }
  const names: unknown = JSON.parse(table);
  return isObject(names) && Object.values(names).includes(`${name}:${number}`);
}
