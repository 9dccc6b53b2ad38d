import type { FusedStep, Invocation } from './invocation.ts';
import type { Json } from './json.ts';

/** A JSONata expression in a state's template. */
export type Evaluated = `{% ${string} %}`;

/** A value in a definition: literal, an expression, or a structure that contains expressions. */
export type Templated<T> = Json extends T
  ? Json
  : Evaluated | (T extends readonly (infer Item)[] ? Templated<Item>[] : T extends object ? TemplatedFields<T> : T);

/** An object with each field {@link Templated}. */
export type TemplatedFields<T> = { [Key in keyof T]: Templated<T[Key]> };

/** The `Payload` of a Task that calls a component: an {@link Invocation} once its expressions are evaluated. */
export type TemplatedInvocation = TemplatedFields<Invocation>;

/** An earlier step of a fused chain in a {@link TemplatedInvocation}. */
export type TemplatedFusedStep = TemplatedFields<FusedStep>;

/** `T` with fields that may be undefined. */
export type Undefinable<T> = { readonly [Key in keyof T]: T[Key] | undefined };

/** Removes undefined fields. In a literal argument, a field that `T` does not have is a type error. */
export function defined<T extends object>(fields: Undefinable<T>): T;
export function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
