import { inputField } from '../compiler/analyse/builtins.ts';
import type { Expression, Literal } from '../flow/expression.ts';
import { allWithin } from '../flow/expression.ts';
import type { Step } from '../flow/flow.ts';
import type { LintedFlow } from './linted-flow.ts';
import { isAi } from './words.ts';

/** The steps that ask a language model. */
export const aiSteps = ({ flow }: LintedFlow): readonly Step[] => flow.steps.filter(isAi);

/** Whether a step's request is written in the flow: its input has the settings of a model. */
export const isModelCall = (step: Step): boolean =>
  inputField(step, 'messages') !== undefined ||
  inputField(step, 'prompt') !== undefined ||
  inputField(step, 'model') !== undefined;

/** A number or a text that is written for one of the fields of a step's input. */
export function writtenField<T extends 'number' | 'string'>(
  step: Step,
  names: readonly string[],
  type: T,
): { readonly value: T extends 'number' ? number : string; readonly at: Expression } | undefined {
  for (const name of names) {
    const at = inputField(step, name);
    // biome-ignore lint/suspicious/noExplicitAny: the type was compared.
    if (at?.kind === 'literal' && typeof at.value === type) return { value: at.value as any, at };
  }
  return undefined;
}

/** The texts that are written in an expression, each with its place. */
export const textsIn = (
  expression: Expression | undefined,
): readonly { readonly text: string; readonly at: Expression }[] =>
  expression === undefined ? [] : allWithin(expression).flatMap((at) => (at.kind === 'literal' ? textsOf(at) : []));

const textsOf = (at: Literal): ReturnType<typeof textsIn> =>
  at.entries ? at.entries.flatMap(({ value }) => textsIn(value)) : textsWithin(at.value).map((text) => ({ text, at }));

function textsWithin(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsWithin) : [];
}

/** The names of all fields that are written in an expression, however deep. */
export const namesIn = (expression: Expression): readonly string[] =>
  allWithin(expression).flatMap((at) => {
    if (at.kind === 'map') return at.entries.map(({ key }) => key);
    return at.kind === 'literal' ? namesWithin(at.value) : [];
  });

const namesWithin = (value: unknown): readonly string[] =>
  value !== null && typeof value === 'object'
    ? Object.entries(value).flatMap(([key, inside]) => [key, ...namesWithin(inside)])
    : [];
