import type { FusedStep, Invocation } from './invocation.ts';
import type { Json } from './json.ts';

declare const EVALUATED: unique symbol;

/** A JSONata expression in a state's template: `{% … %}`. Only the compiler's writer of JSONata makes one. */
export type Evaluated = `{% ${string} %}` & { readonly [EVALUATED]: true };

declare const PLAIN: unique symbol;

/** A text in a state's template that is no expression. Only `text` and `verbatim` of the compiler's writer make one of a text. */
export type Plain = string & { readonly [PLAIN]: true };

/** A JSON value in which each text is known to be an expression, or to be none. */
export type Template = null | boolean | number | Plain | Evaluated | Template[] | { [key: string]: Template };

/** A value in a definition: literal, an expression, or a structure that contains expressions. */
export type Templated<T> = Json extends T
  ? Template
  :
      | Evaluated
      | (T extends readonly (infer Item)[] ? Templated<Item>[] : T extends object ? TemplatedFields<T> : Text<T>);

type Text<T> = T extends string ? T & Plain : T;

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
