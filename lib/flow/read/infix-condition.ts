import { pathIn, referenceIn } from '../text/foreign-reference.ts';
import { stepAtStart } from '../text/step-at-start.ts';

/** Operators between two operands, as other languages write them; those that bind least come first. */
const INFIX: readonly (readonly [pattern: RegExp, key: string])[] = [
  [/\s*\|\|\s*|\s+or\s+/i, '$or'],
  [/\s*&&\s*|\s+and\s+/i, '$and'],
  [/\s*!==?\s*|\s*<>\s*|\s+(?:ne|is\s+not)\s+/, '$ne'],
  [/\s*===?\s*|\s+(?:eq|is|=)\s+/, '$eq'],
  [/\s*<=\s*/, '$lte'],
  [/\s*>=\s*/, '$gte'],
  [/\s*<\s*/, '$lt'],
  [/\s*>\s*/, '$gt'],
  [/\s+in\s+/i, '$in'],
];
const NOT = /^(?:!\s*(?!=)|not\s+)/i;

/** Longer texts are no conditions. */
const MOST_CHARACTERS = 200;

/**
 * The condition that a text is meant as, with operators: `plan == "free" && !brief`, or one reference of another language.
 * Undefined for any other text. `stepIds`: of the flow that it is in.
 */
export function conditionIn(text: string, stepIds: ReadonlySet<string>): string | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  const plain = unwrapped(text.trim());
  const isPath = NAMED_SOURCE.test(plain) || stepAtStart(plain, stepIds) !== undefined;
  return (
    operationIn(plain, stepIds) ?? referenceIn(text.trim(), stepIds) ?? (isPath ? pathIn(plain, stepIds) : undefined)
  );
}

/** A path that says what it is of. Any other may be a word. */
const NAMED_SOURCE = /^(?:inputs?|steps?|variables?)\./;

function operationIn(text: string, stepIds: ReadonlySet<string>): string | undefined {
  for (const [pattern, key] of INFIX) {
    const found = outsideQuotes(pattern, text);
    if (!found) continue;
    const operands = [text.slice(0, found.start), text.slice(found.end)].map((operand) => valueIn(operand, stepIds));
    return operands.includes(undefined) ? undefined : `{ ${key}: [${operands.join(', ')}] }`;
  }
  const negated = NOT.test(text) ? valueIn(text.replace(NOT, ''), stepIds) : undefined;
  return negated && `{ $not: ${negated} }`;
}

function valueIn(written: string, stepIds: ReadonlySet<string>): string | undefined {
  const text = unwrapped(written.trim());
  if (/^(?:true|false|null|-?\d+(?:\.\d+)?)$/.test(text)) return text;
  const [, quoted] = /^(?:"([^"]*)"|'([^']*)')$/.exec(text)?.filter((one) => one !== undefined) ?? [];
  if (quoted !== undefined) return JSON.stringify(quoted);
  return operationIn(text, stepIds) ?? referenceIn(text, stepIds) ?? pathIn(text, stepIds);
}

/** Without parentheses, or the marks of a template, round all of it. */
function unwrapped(text: string): string {
  const [, inside] =
    /^\(([^()]*)\)$|^\$?\{\{([^{}]*)\}\}$|^\{%([\s\S]*)%\}$|^\$\{([^{}]*)\}$/
      .exec(text)
      ?.filter((one) => one !== undefined) ?? [];
  return inside === undefined ? text : inside.trim();
}

/** Where a pattern is first found outside of quotes, with something on both sides. */
function outsideQuotes(pattern: RegExp, text: string): { readonly start: number; readonly end: number } | undefined {
  // The characters in quotes are as many, and none of an operator.
  const masked = text.replace(/"[^"]*"|'[^']*'/g, (quoted) => '_'.repeat(quoted.length));
  const found = pattern.exec(masked);
  if (!found || found.index === 0) return undefined;
  const end = found.index + found[0].length;
  return end < text.length ? { start: found.index, end } : undefined;
}
