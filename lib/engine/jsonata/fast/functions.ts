import { type Closure, unsure } from './closure.ts';
import { field, truth, typeName } from './values.ts';

/** The functions of the subset, by their names and number of arguments. */
export const FUNCTIONS: Readonly<
  Record<string, { readonly arity: number; readonly make: (...args: Closure[]) => Closure }>
> = {
  lookup: { arity: 2, make: lookup },
  exists: {
    arity: 1,
    make:
      (arg = nothing) =>
      (environment, locals) =>
        arg(environment, locals) !== undefined,
  },
  type: {
    arity: 1,
    make:
      (arg = nothing) =>
      (environment, locals) =>
        typeName(arg(environment, locals)),
  },
  boolean: {
    arity: 1,
    make:
      (arg = nothing) =>
      (environment, locals) =>
        truth(arg(environment, locals)),
  },
  not: { arity: 1, make: not },
};

const nothing: Closure = () => undefined;

function lookup(object: Closure = nothing, key: Closure = nothing): Closure {
  return (environment, locals) => {
    const name = key(environment, locals);
    return typeof name === 'string' ? field(object(environment, locals), name) : unsure();
  };
}

function not(arg: Closure = nothing): Closure {
  return (environment, locals) => {
    const value = truth(arg(environment, locals));
    return value === undefined ? undefined : !value;
  };
}

/** The package's own functions: a variable of such a name is a function where no variable of the run has the name. */
export const BUILT_IN: ReadonlySet<string> = new Set(
  (
    'sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad ' +
    'match contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs ' +
    'sqrt power random boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse ' +
    'each error assert type sort shuffle distinct base64encode base64decode encodeUrlComponent encodeUrl ' +
    'decodeUrlComponent decodeUrl eval toMillis fromMillis clone now millis partition range hash parse uuid'
  ).split(' '),
);
