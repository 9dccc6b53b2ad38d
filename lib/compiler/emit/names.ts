import { QUOTAS } from '../../protocol/quotas.ts';
import { sha256 } from '../../runtime/stores/blobs.ts';
import type { Plan } from '../plan/plan.ts';
import { fanOutsIn } from '../plan/plan-tree.ts';
import { isLocal } from './jsonata/locals.ts';

// A variable of one of these names would hide the function in every expression. Source: https://docs.jsonata.org (2.x)
// and AWS Step Functions, "Transforming data with JSONata", added functions.
const FUNCTIONS = `
  abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent
  distinct each encodeUrl encodeUrlComponent error eval exists filter floor formatBase formatInteger formatNumber
  fromMillis hash join keys length lookup lowercase map match max merge millis min not now number pad parse parseInteger
  partition power random range reduce replace reverse round shuffle sift single sort split spread sqrt string substring
  substringAfter substringBefore sum toMillis trim type uppercase uuid zip`;

/** AWS's own variable, and the functions of JSONata. */
const RESERVED: ReadonlySet<string> = new Set(['states', ...FUNCTIONS.trim().split(/\s+/)]);

/** Whether no variable may have a name. */
const isReserved = (name: string): boolean => RESERVED.has(name) || isLocal(name);

/** Gives names that are unique, at most 80 characters long, and as close as possible to those asked for. */
export class Names {
  readonly #taken = new Set<string>();
  readonly #isReserved: (name: string) => boolean;
  /** The last number that each taken name was given as a suffix. */
  readonly #counts = new Map<string, number>();

  /** `isReserved`: whether a name may not be given at all. */
  constructor(isReserved: (name: string) => boolean = () => false) {
    this.#isReserved = isReserved;
  }

  /** A name like `wanted` that is not taken yet. */
  take(wanted: string): string {
    const short = shorten(wanted);
    let name = short;
    let count = this.#counts.get(short) ?? 1;
    while (this.#taken.has(name) || this.#isReserved(name)) {
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

/** Names for variables; {@link variableName} makes one of a step's id. */
export const variableNames = (): Names => new Names(isReserved);

/** A step's id as the name of a variable, which has letters, digits and `_`, and on AWS begins with a letter. */
export const variableName = (id: string): string => id.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?![A-Za-z])/, 's');

/** A name for a state that runs several steps side by side, from their ids. */
export function nameOfMany([a = '', b, ...rest]: readonly string[]): string {
  if (b === undefined) return a;
  return rest.length === 0 ? `${a} + ${b}` : `${a} + ${b} + ${rest.length} more`;
}

/** The state that calls a step's function. */
export interface StepState {
  /** The name of the state. */
  readonly state: string;
  /** The iteration of the Map, where steps that are alike share the state. */
  readonly index?: number;
}

/** Names the states of a plan's steps. Ids come first, so that they stay as they are. */
export function statesOfSteps({ steps, tree }: Plan, prefix: string, names: Names): ReadonlyMap<string, StepState> {
  const fanOuts = tree ? fanOutsIn(tree) : [];
  const sharing = new Set(fanOuts.flatMap((fanOut) => fanOut.steps));
  const states = new Map<string, StepState>();
  for (const id of steps.keys()) if (!sharing.has(id)) states.set(id, { state: names.take(`${prefix}${id}`) });
  for (const fanOut of fanOuts) {
    const state = names.take(`${prefix}one of ${nameOfMany(fanOut.steps)}`);
    for (const [index, id] of fanOut.steps.entries()) states.set(id, { state, index });
  }
  return states;
}

/** Replaces the end of a name that is too long with a hash of the whole. */
function shorten(name: string): string {
  if (name.length <= QUOTAS.name) return name;
  const hash = sha256(name).slice(0, 8);
  return `${name.slice(0, QUOTAS.name - 9)}_${hash}`;
}
