import { parseFilter } from './parse-filter.ts';
import type { Path, Root, Step } from './path-steps.ts';
import { quotedText, type Scanner, unescaped } from './scanner.ts';

const ROOT = /\$(\$|[A-Za-z_]\w*)?/y;

/** The characters that end a name after a dot. In an argument of a function, the argument's end is among them. */
const NAME = /[^.[\]]+/y;
const NAME_IN_ARGUMENT = /[^.[\](),\s]+/y;

/**
 * Parses the path that comes next. AWS evaluates paths with an early version of Jayway JsonPath: there `.[` is `[`, and
 * `length()` is a name. Throws a {@link PathSyntaxError}.
 *
 * `isArgument`: the path is an argument of a function, which other text follows.
 */
export function parsePath(scanner: Scanner, isArgument = false): Path {
  const start = scanner.at;
  const root = scanner.match(ROOT) ?? scanner.fail("a path begins with '$'");
  const steps = parseSteps(scanner, isArgument ? NAME_IN_ARGUMENT : NAME);
  const reference = steps.flatMap(segmentOf);
  return {
    text: scanner.text.slice(start, scanner.at),
    root: rootOf(root[1]),
    steps,
    reference: reference.length === steps.length ? reference : undefined,
  };
}

const rootOf = (name: string | undefined): Root =>
  name === undefined ? 'input' : name === '$' ? 'context' : { variable: name };

/** The name or index of a step that leads to one value at most. */
function segmentOf(step: Step): readonly (string | number)[] {
  if (step.deep) return [];
  const keys = step.kind === 'names' ? step.names : step.kind === 'indices' ? step.indices : [];
  return keys.length === 1 ? keys : [];
}

/** Parses the steps that come next, up to a character that can begin none. `name`: what a name after a dot consists of. */
function parseSteps(scanner: Scanner, name: RegExp): readonly Step[] {
  const steps: Step[] = [];
  while (scanner.sees('.') || scanner.sees('[')) steps.push(parseStep(scanner, name));
  return steps;
}

function parseStep(scanner: Scanner, name: RegExp): Step {
  const deep = scanner.skip('..');
  if (!deep) scanner.skip('.');
  if (scanner.skip('[')) return { deep, ...parseBrackets(scanner) };
  if (scanner.skip('*')) return { deep, kind: 'wildcard' };
  const [text] = scanner.match(name) ?? scanner.fail('expected a name');
  return { deep, kind: 'names', names: [text] };
}

/** A step without whether it is deep. */
type Selection = Step extends infer S ? (S extends Step ? Omit<S, 'deep'> : never) : never;

function parseBrackets(scanner: Scanner): Selection {
  scanner.skipSpace();
  const selection = parseSelection(scanner);
  scanner.skipSpace();
  scanner.expect(']');
  return selection;
}

function parseSelection(scanner: Scanner): Selection {
  if (scanner.skip('*')) return { kind: 'wildcard' };
  if (scanner.skip('?')) return { kind: 'filter', test: parseFilter(scanner, parseSteps) };
  if (scanner.sees("'") || scanner.sees('"')) {
    const names = parseList(scanner, () => quotedText(scanner) ?? scanner.fail('expected a name in quotes'));
    return { kind: 'names', names: names.map(unescaped) };
  }
  return parseNumbers(scanner);
}

const SLICE = /(-?\d+)?\s*:\s*(-?\d+)?(?:\s*:\s*(\d+)?)?/y;
const INDEX = /-?\d+/y;

function parseNumbers(scanner: Scanner): Selection {
  const slice = scanner.match(SLICE);
  if (slice === undefined) {
    const indices = parseList(scanner, () => scanner.match(INDEX)?.[0] ?? scanner.fail('expected a name or an index'));
    return { kind: 'indices', indices: indices.map(Number) };
  }
  const [from, to, by = 1] = slice.slice(1).map((text) => (text === undefined ? undefined : Number(text)));
  if (by === 0) scanner.fail('the step of a slice is at least 1');
  return { kind: 'slice', from, to, by };
}

function parseList(scanner: Scanner, parseItem: () => string): readonly string[] {
  const items: string[] = [];
  do {
    scanner.skipSpace();
    items.push(parseItem());
    scanner.skipSpace();
  } while (scanner.skip(','));
  return items;
}
