import type { Reporter, Span } from '../../diagnostics/diagnostics.ts';
import { nearest } from '../text/nearest.ts';
import { describe, type MapTree, type Tree } from '../text/tree.ts';

/**
 * The comparisons of an event pattern, and how each is written. Source: "Comparison operators for use in event patterns in Amazon
 * EventBridge", Amazon EventBridge user guide.
 */
const COMPARISONS = {
  prefix: { form: '{ prefix: text }', fits: isTextOrCaseless },
  suffix: { form: '{ suffix: text }', fits: isTextOrCaseless },
  'equals-ignore-case': { form: '{ equals-ignore-case: text }', fits: isText },
  wildcard: { form: '{ wildcard: "orders/*.csv" }', fits: isWildcard },
  'anything-but': {
    form: '{ anything-but: value }, { anything-but: [value, value] } or { anything-but: { prefix: text } }',
    fits: isExcluded,
  },
  numeric: { form: '{ numeric: [">=", 1] } or { numeric: [">", 0, "<=", 5] }', fits: isNumeric },
  exists: { form: '{ exists: true } or { exists: false }', fits: isBoolean },
  cidr: { form: '{ cidr: 10.0.0.0/24 }', fits: isCidr },
} as const satisfies { readonly [name: string]: { readonly form: string; readonly fits: (tree: Tree) => boolean } };

const NAMES = Object.keys(COMPARISONS);

const isComparison = (name: string): name is keyof typeof COMPARISONS => Object.hasOwn(COMPARISONS, name);

const OR = '$or';

/** Reports each part of a tree that no event pattern has. `where`: what the tree is in messages, e.g. `"detail"`. */
export const checkPattern = (tree: Tree, where: string, reporter: Reporter): void =>
  new PatternCheck(reporter).pattern(tree, where);

class PatternCheck {
  readonly #reporter: Reporter;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  #refuse(span: Span, problem: string, form: string): void {
    this.#reporter.report('bad-event-pattern', { problem, form }, span);
  }

  pattern(tree: Tree, where: string): void {
    if (tree.kind === 'map') this.#fields(tree, where);
    else this.#refuse(tree.span, `${where} is ${describe(tree)}`, 'a map: { FIELD: [value] }');
  }

  #fields(map: MapTree, name: string): void {
    if (map.entries.size === 0) this.#refuse(map.span, `${name} is an empty map`, '{ FIELD: [value] }');
    for (const [key, { value, key: span }] of map.entries) {
      if (key === OR) this.#alternatives(value, name);
      else if (isComparison(key) && isOutsideOfList(map, key, value))
        this.#refuse(span, `${name} is a comparison outside of a list`, `[${COMPARISONS[key].form}]`);
      else this.#field(value, `"${key}"`);
    }
  }

  #alternatives(value: Tree, name: string): void {
    const isWell = value.kind === 'list' && value.items.length > 1 && value.items.every(({ kind }) => kind === 'map');
    if (isWell) for (const item of value.items) this.pattern(item, 'an alternative of $or');
    else {
      const form = '$or: [{ FIELD: [value] }, { FIELD: [value] }]';
      this.#refuse(value.span, `$or of ${name} is ${describe(value)}, not a list of several maps`, form);
    }
  }

  #field(part: Tree, name: string): void {
    if (part.kind === 'map') this.#fields(part, name);
    else if (part.kind === 'scalar') {
      this.#refuse(part.span, `${name} is ${describe(part)}`, `a list: [${JSON.stringify(part.value)}]`);
    } else {
      if (part.items.length === 0)
        this.#refuse(part.span, `${name} is an empty list, which nothing matches`, 'a list of values');
      for (const item of part.items) this.#value(item, name);
    }
  }

  #value(item: Tree, name: string): void {
    if (item.kind === 'map') this.#comparison(item, name);
    else if (item.kind === 'list') this.#refuse(item.span, `${name} has a list in its list`, 'all values in one list');
  }

  #comparison(map: MapTree, name: string): void {
    const [[key, entry] = ['', undefined], ...others] = map.entries;
    if (!entry || others.length > 0) {
      const problem = `a comparison of ${name} has ${map.entries.size} keys`;
      this.#refuse(map.span, problem, 'a map with one key for each comparison');
    } else if (isComparison(key)) {
      const { form, fits } = COMPARISONS[key];
      if (!fits(entry.value)) this.#refuse(entry.value.span, `"${key}" of ${name} is ${describe(entry.value)}`, form);
    } else {
      const meant = nearest(key, NAMES);
      const form = meant !== undefined && isComparison(meant) ? COMPARISONS[meant].form : `one of ${NAMES.join(', ')}`;
      this.#refuse(entry.key, `${name} has "${key}", which is no comparison`, form);
    }
  }
}

/** A field may be called as a comparison is: then it has a map, or a list of values. */
const isOutsideOfList = ({ entries }: MapTree, key: string, value: Tree): boolean =>
  entries.size === 1 && value.kind !== 'map' && !isFieldList(key, value);

const isFieldList = (key: string, value: Tree): boolean =>
  value.kind === 'list' && key !== 'numeric' && key !== 'anything-but';

function isText(tree: Tree): boolean {
  return tree.kind === 'scalar' && typeof tree.value === 'string' && tree.value !== '';
}

function isBoolean(tree: Tree): boolean {
  return tree.kind === 'scalar' && typeof tree.value === 'boolean';
}

function isTextOrCaseless(tree: Tree): boolean {
  const inside = onlyEntry(tree);
  return isText(tree) || (inside?.[0] === 'equals-ignore-case' && isText(inside[1]));
}

/** Two stars side by side are refused by EventBridge. */
function isWildcard(tree: Tree): boolean {
  return tree.kind === 'scalar' && typeof tree.value === 'string' && tree.value !== '' && !tree.value.includes('**');
}

const EXCLUDED_BY: readonly string[] = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'];

function isExcluded(tree: Tree): boolean {
  const inside = onlyEntry(tree);
  if (inside) return EXCLUDED_BY.includes(inside[0]) && isOneOrMore(inside[1], isText);
  return isOneOrMore(tree, ({ kind }) => kind === 'scalar');
}

const isOneOrMore = (tree: Tree, fits: (one: Tree) => boolean): boolean =>
  tree.kind === 'list' ? tree.items.length > 0 && tree.items.every(fits) : fits(tree);

const LOWER: readonly unknown[] = ['>', '>='];
const UPPER: readonly unknown[] = ['<', '<='];
const MOST_NUMBER = 5e9;

function isNumeric(tree: Tree): boolean {
  if (tree.kind !== 'list') return false;
  const [first, low, second, high, ...rest] = tree.items.map((item) =>
    item.kind === 'scalar' ? item.value : undefined,
  );
  if (!isBound(low) || rest.length > 0) return false;
  if (tree.items.length === 2) return first === '=' || LOWER.includes(first) || UPPER.includes(first);
  return LOWER.includes(first) && UPPER.includes(second) && isBound(high) && low < high;
}

const isBound = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= MOST_NUMBER;

function isCidr(tree: Tree): boolean {
  const [, address = '', bits] =
    /^([\d.]+|[\da-f:]+)\/(\d{1,3})$/i.exec(String(tree.kind === 'scalar' ? tree.value : '')) ?? [];
  if (address.includes(':')) return Number(bits) <= 128;
  const parts = address.split('.');
  return (
    parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256) && Number(bits) <= 32
  );
}

function onlyEntry(tree: Tree): readonly [string, Tree] | undefined {
  if (tree.kind !== 'map' || tree.entries.size !== 1) return undefined;
  const [[key, { value }] = ['', { value: tree }]] = tree.entries;
  return [key, value];
}
