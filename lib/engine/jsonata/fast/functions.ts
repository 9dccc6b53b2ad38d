import { bailOut, type Closure } from './closure.ts';
import { append, contains, count, floor, keys, length, merge, parse, string, substring } from './library.ts';
import { field, toBoolean, typeName } from './values.ts';

/** A function of the subset. */
interface FastFunction {
  /** The minimum and the maximum number of arguments. */
  readonly arity: readonly [number, number];
  /** Compiles a call from the closures of its arguments. */
  readonly call: (args: readonly Closure[]) => Closure;
}

const nothing: Closure = () => undefined;

const unary = (compute: (a: unknown) => unknown): FastFunction => ({
  arity: [1, 1],
  call:
    ([a = nothing]) =>
    (environment, locals) =>
      compute(a(environment, locals)),
});

const binary = (compute: (a: unknown, b: unknown) => unknown): FastFunction => ({
  arity: [2, 2],
  call:
    ([a = nothing, b = nothing]) =>
    (environment, locals) =>
      compute(a(environment, locals), b(environment, locals)),
});

/** The functions of the subset, by their names. */
export const FUNCTIONS: Readonly<Record<string, FastFunction>> = {
  append: binary(append),
  boolean: unary(toBoolean),
  contains: binary(contains),
  count: unary(count),
  exists: unary((value) => value !== undefined),
  floor: unary(floor),
  keys: unary(keys),
  length: unary(length),
  lookup: binary((object, key) => (typeof key === 'string' ? field(object, key) : bailOut())),
  merge: unary(merge),
  not: unary(not),
  parse: unary(parse),
  string: unary(string),
  substring: { arity: [2, 3], call: callSubstring },
  type: unary(typeName),
};

function not(value: unknown): boolean | undefined {
  const boolean = toBoolean(value);
  return boolean === undefined ? undefined : !boolean;
}

function callSubstring([text = nothing, start = nothing, length]: readonly Closure[]): Closure {
  if (length === undefined)
    return (environment, locals) => substring(text(environment, locals), start(environment, locals));
  return (environment, locals) =>
    substring(text(environment, locals), start(environment, locals), length(environment, locals) ?? bailOut());
}

/** The names of the built-in functions, which such a variable refers to unless the execution has a variable of that name. */
export const BUILT_IN: ReadonlySet<string> = new Set(
  (
    'sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad ' +
    'match contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs ' +
    'sqrt power random boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse ' +
    'each error assert type sort shuffle distinct base64encode base64decode encodeUrlComponent encodeUrl ' +
    'decodeUrlComponent decodeUrl eval toMillis fromMillis clone now millis partition range hash parse uuid'
  ).split(' '),
);
