import { parseSlotKey } from './invocation.ts';
import { isOperationText, type Operand, type Operation } from './operation.ts';
import { parseJoined } from './path.ts';

/** What is read of a value, for people: a path as it is written, and what an operation makes of the value as `$gt of age and 18`. */
export const pathInWords = (text: string): string => {
  const parsed = isOperationText(text) ? parseJoined(text) : undefined;
  return parsed && 'operation' in parsed && parsed.operation ? operationInWords(parsed.operation) : text;
};

/** The key of a slot for people: {@link pathInWords}, with its test round it. */
export function slotInWords(key: string): string {
  const { path } = parseSlotKey(key);
  return isOperationText(path) ? key.replace(path, () => pathInWords(path)) : key;
}

/** An operation in words. `given`: what each of its operands is that another step gives it. */
export function operationInWords({ operator, operands }: Operation, given: readonly string[] = []): string {
  const words = operands.map((operand) => operandInWords(operand, given));
  if (operator === 'outline') return `the hash of ${words.join()}`;
  const all = words.length > 2 ? [words.slice(0, -1).join(', '), words.at(-1)] : words;
  return words.length === 0 ? `$${operator}` : `$${operator} of ${all.join(' and ')}`;
}

/** Longer constants are cut. */
const MOST_CHARACTERS = 30;

function operandInWords(operand: Operand, given: readonly string[]): string {
  if ('operator' in operand) return `(${operationInWords(operand, given)})`;
  if ('given' in operand) return given[operand.given] ?? 'an operand';
  if ('at' in operand) return operand.at === '$' ? 'all of it' : operand.at;
  const text = JSON.stringify(operand.is);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
