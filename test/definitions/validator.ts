import validateDefinition from 'asl-validator';
import { namedStatesIn, ownFields, type Rule } from './problem.ts';

const seen = new Set<string>();

/**
 * What asl-validator says, but for what it says wrongly. It takes a tenth of a second each time: a definition is left out
 * whose states all have the shape of states that it has been asked about.
 */
export const validator: Rule = ({ machine }) => {
  const shapes = namedStatesIn(machine).map(([, state]) => shapeOf(ownFields(state)));
  if (shapes.every((shape) => seen.has(shape))) return [];
  for (const shape of shapes) seen.add(shape);
  const { isValid, errors } = validateDefinition(JSON.parse(JSON.stringify(machine), asItTakes));
  return isValid ? [] : errors.map((error) => `asl-validator: ${JSON.stringify(error)}`);
};

/** The fields of a state with their kinds, and the lists and maps in its own fields. */
function shapeOf(value: unknown, depth = 0): string {
  if (typeof value === 'string') return isExpression(value) ? 'expression' : 'text';
  if (typeof value !== 'object' || value === null) return typeof value;
  if (depth === 3) return Array.isArray(value) ? 'list' : 'map';
  if (Array.isArray(value)) return `[${[...new Set(value.map((item) => shapeOf(item, depth + 1)))].sort()}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${depth === 0 ? key : ''}:${shapeOf(item, depth + 1)}`)
    .sort()}}`;
}

const isExpression = (text: string): boolean => text.startsWith('{%') && text.endsWith('%}');

/**
 * It refuses an Output that is a plain text, a Condition that is a boolean, lists in an Assign or in a list, and texts that are
 * blank or have several lines, all of which AWS takes.
 */
function asItTakes(key: string, value: unknown): unknown {
  if (key === 'Condition' && typeof value === 'boolean') return `{% ${value} %}`;
  if (typeof value === 'string' && !isExpression(value)) {
    if (key === 'Output') return '{% 1 %}';
    return value === '' || /[\n\r\u2028\u2029]|\{%|%\}/.test(value) ? 'text' : value;
  }
  if (Array.isArray(value)) return value.map((item) => (Array.isArray(item) ? '{% 1 %}' : item));
  if (key !== 'Assign' || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.keys(value).map((name) => [name, '{% 1 %}']));
}
