import type { Json } from '../../protocol/json.ts';
import type { ProblemOptions } from '../definition/definition-error.ts';
import type { Section } from '../definition/section.ts';
import { FieldError } from '../execution/failures.ts';
import type { Environment } from '../jsonata/expression.ts';
import { parsePath } from './parse-path.ts';
import type { Path } from './path-steps.ts';
import { PathSyntaxError, Scanner } from './scanner.ts';
import { select } from './select.ts';

/** The value at a path, or undefined. A path that may lead to many values has the list of them. `input`: the value of `$`. */
export function resolve(path: Path, input: Json, environment: Environment): Json | undefined {
  const root = rootOf(path, input, environment);
  if (root === undefined) return path.reference === undefined ? [] : undefined;
  if (path.reference !== undefined) return select(root, path.steps).at(0);
  return isSliceOfNoList(path, root) ? undefined : [...select(root, path.steps)];
}

function rootOf({ root }: Path, input: Json, environment: Environment): Json | undefined {
  if (root === 'input') return input;
  return root === 'context' ? environment.states.context : environment.variable(root.variable);
}

/** Whether a path takes a slice of a value that is there but no list, which has no value on AWS. */
function isSliceOfNoList({ steps }: Path, root: Json): boolean {
  const at = steps.findIndex(({ kind, deep }) => deep || (kind !== 'names' && kind !== 'indices'));
  const step = steps[at];
  if (step === undefined || step.deep || step.kind !== 'slice') return false;
  return select(root, steps.slice(0, at)).some((value) => !Array.isArray(value));
}

/** The value at a path. Fails with States.Runtime if there is none. */
export function requireValue(path: Path, input: Json, environment: Environment, field: string): Json {
  const value = resolve(path, input, environment);
  if (value !== undefined) return value;
  const what = `The JSONPath '${path.text}' specified for the field '${field}' could not be found in the input '${JSON.stringify(input)}'`;
  throw new FieldError('States.Runtime', what, field);
}

/** The path in a field. Undefined if the field is absent or, which is reported as a problem, is not a path. */
export function compilePath(
  section: Section,
  key: string,
  message = 'Value must be a valid JSONPath.',
): Path | undefined {
  const text = section.text(key);
  if (text === undefined) return undefined;
  return parseWhole(text, parsePath, (options) => section.problem(message, key, options));
}

/** Parses a text to its end; undefined if it is faulty, which is reported with what is wrong and where. */
export function parseWhole<T>(
  text: string,
  parse: (scanner: Scanner) => T,
  report: (options: ProblemOptions) => void,
): T | undefined {
  const scanner = new Scanner(text);
  try {
    const parsed = parse(scanner);
    if (!scanner.isAtEnd) scanner.fail(`expected nothing more`);
    return parsed;
  } catch (thrown) {
    if (!(thrown instanceof PathSyntaxError)) throw thrown;
    report({ help: `${thrown.message} at character ${thrown.position + 1} of '${text}'` });
    return undefined;
  }
}
