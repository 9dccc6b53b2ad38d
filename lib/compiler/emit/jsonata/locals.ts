import { block, type Jsonata, jsonata, separated, variable } from './syntax.ts';

/**
 * The names of local variables in expressions, beside those of parts. No variable of a state machine has one of them (see `variableNames`): the
 * local would hide it.
 */
export const LOCALS = [
  'at',
  'cause',
  'described',
  'element',
  'error',
  'item',
  'items',
  'key',
  'known',
  'named',
  'one',
  'other',
  'problem',
  'problems',
  'property',
  'result',
  'setaside',
  'spilled',
  'stage',
  'text',
  'value',
] as const;

/** One of {@link LOCALS}, as expressions bind it and refer to it. */
export type Local = `$${(typeof LOCALS)[number]}`;

/** A local for a part of an expression that is written flat: see `written`. */
export const partLocal = (number: number): Jsonata => variable(`part${number}`);

/** Whether an expression may bind a local of a name: one of {@link LOCALS}, or a {@link partLocal}. */
export const isLocal = (name: string): boolean => LOCAL_NAMES.has(name) || /^part\d+$/.test(name);

const LOCAL_NAMES: ReadonlySet<string> = new Set(LOCALS);

/** An expression with a local bound to a value. */
export const bind = (local: Local, value: Jsonata, body: Jsonata): Jsonata => bindAll([[local, value]], body);

/** An expression with locals bound to values; each value may refer to the locals before it. */
export const bindAll = (bindings: readonly (readonly [Local, Jsonata])[], body: Jsonata): Jsonata =>
  block([...bindings.map(([local, value]) => jsonata`${local} := ${value}`), body]);

/** A function of JSONata. */
export const fn = (parameters: readonly Local[], body: Jsonata): Jsonata =>
  jsonata`function(${separated(parameters, ', ')}) { ${body} }`;
