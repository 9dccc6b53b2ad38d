import { createHash } from 'node:crypto';
import { QUOTAS } from '../../protocol/quotas.ts';
import { LOCALS } from './jsonata/locals.ts';

// A variable of one of these names would hide the function in every expression. Source: https://docs.jsonata.org (2.x)
// and AWS Step Functions, "Transforming data with JSONata", added functions.
const FUNCTIONS = `
  abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent
  distinct each encodeUrl encodeUrlComponent error eval exists filter floor formatBase formatInteger formatNumber
  fromMillis hash join keys length lookup lowercase map match max merge millis min not now number pad parse parseInteger
  partition power random range reduce replace reverse round shuffle sift single sort split spread sqrt string substring
  substringAfter substringBefore sum toMillis trim type uppercase uuid zip`;

/** What no variable may be called: AWS's own variable, the functions of JSONata, and what expressions bind. */
const RESERVED: ReadonlySet<string> = new Set(['states', ...FUNCTIONS.trim().split(/\s+/), ...LOCALS]);

/** Hands out names that are unique, short enough, and as near as possible to what was asked for. */
export class Names {
  readonly #taken: Set<string>;
  /** How often each name has been asked for, where it was taken: the number to go on counting from. */
  readonly #counts = new Map<string, number>();

  constructor(taken: ReadonlySet<string> = new Set()) {
    this.#taken = new Set(taken);
  }

  /** A name like `wanted` that no one has yet. */
  take(wanted: string): string {
    const short = shorten(wanted);
    let name = short;
    let count = this.#counts.get(short) ?? 1;
    while (this.#taken.has(name)) {
      count += 1;
      const suffix = `_${count}`;
      name = `${short.slice(0, QUOTAS.name - suffix.length)}${suffix}`;
    }
    this.#counts.set(short, count);
    this.#taken.add(name);
    return name;
  }
}

/** Names for states. */
export const stateNames = (): Names => new Names();

/** Names for variables; {@link variableName} makes a step's id fit to be one. */
export const variableNames = (): Names => new Names(RESERVED);

/** A step's id as the name of a variable: letters, digits and `_`, not beginning with a digit. */
export const variableName = (id: string): string => id.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');

/** A name for what runs some steps side by side, by their ids. */
export function nameOfMany([a = '', b, ...rest]: readonly string[]): string {
  if (b === undefined) return a;
  return rest.length === 0 ? `${a} + ${b}` : `${a} + ${b} + ${rest.length} more`;
}

/** Keeps the start of what is too long, and a hash of the whole so that it stays unique. */
function shorten(name: string): string {
  if (name.length <= QUOTAS.name) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, QUOTAS.name - 9)}_${hash}`;
}
