import type { Invocation, Link } from './invocation.ts';
import type { Json } from './json.ts';

/** A JSONata expression where a state has a template. */
export type Evaluated = `{% ${string} %}`;

/** A value as a definition has it: as it is, or an expression that gives it, as a whole or in parts. */
export type Templated<T> = Json extends T
  ? Json
  : Evaluated | (T extends readonly (infer Item)[] ? Templated<Item>[] : T extends object ? TemplatedFields<T> : T);

/** An object of which each field is {@link Templated}. */
export type TemplatedFields<T> = { [Key in keyof T]: Templated<T[Key]> };

/** The `Payload` of a Task that calls a component: an {@link Invocation} once its expressions are evaluated. */
export type TemplatedInvocation = TemplatedFields<Invocation>;

/** A step of such an invocation that the same function runs first. */
export type TemplatedLink = TemplatedFields<Link>;

/** The fields of an object, some of them undefined. */
export type Undefinable<T> = { readonly [Key in keyof T]: T[Key] | undefined };

/** An object of these fields, without those that are undefined. Written out in a call, a field that `T` lacks is an error. */
export function defined<T extends object>(fields: Undefinable<T>): T;
export function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
