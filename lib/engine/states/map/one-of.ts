import { type Section, oneOf as wanted } from '../../definition/section.ts';

/** A text that must be one of a few; undefined where it is absent or, which is a problem, another one. */
export function oneOf<T extends string>(section: Section, key: string, values: readonly T[]): T | undefined {
  const text = section.text(key);
  const found = values.find((value) => value === text);
  if (text !== undefined && found === undefined) section.problem(wanted(values), key);
  return found;
}
