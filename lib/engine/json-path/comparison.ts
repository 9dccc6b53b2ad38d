import type { Json } from '../../protocol/json.ts';
import { EMPTY, isEmpty, type Section } from '../definition/section.ts';
import { FieldError } from '../execution/failures.ts';
import type { Visit } from '../execution/visit.ts';
import { OPERATORS } from './operators.ts';
import { compilePath, requireValue, resolve } from './path.ts';
import type { Path } from './path-steps.ts';

/** `input`: the value of `$`. */
type Test = (visit: Visit, input: Json) => boolean;

const never: Test = () => false;

const RULE_FIELDS = ['And', 'Or', 'Not', 'Variable'];
const COMPARISON_FIELDS = [...RULE_FIELDS, ...OPERATORS.keys(), 'Comment'];
/** The fields of a rule in either query language. Those of the other one are refused with a message of their own. */
export const CHOICE_RULE_FIELDS: ReadonlySet<string> = new Set([
  ...COMPARISON_FIELDS,
  'Next',
  'Assign',
  'Condition',
  'Output',
]);
const INNER_FIELDS: ReadonlySet<string> = new Set(COMPARISON_FIELDS);

/** AWS's message for a rule without a condition, or with more than one. */
export const NO_RULE_FIELD =
  'The object must have only one of the following fields, [And, Or, Not, Variable, Condition]';

/** Compiles a Choice rule of JSONPath: And, Or, Not, or a comparison of a Variable. */
export function compileComparison(section: Section): Test {
  const fields = RULE_FIELDS.filter((key) => section.has(key));
  // A Condition is refused as a field of the other query language.
  if (fields.length > 1 || (fields.length === 0 && !section.has('Condition'))) section.problem(NO_RULE_FIELD);
  switch (fields[0]) {
    case 'And':
      return all(compileList(section, 'And'));
    case 'Or':
      return some(compileList(section, 'Or'));
    case 'Not':
      return not(section);
    case 'Variable':
      return compileOperator(section);
    default:
      return never;
  }
}

/** Compiles a nested rule, which may have no Next. */
function compileInner(section: Section): Test {
  section.allow(INNER_FIELDS);
  return compileComparison(section);
}

function compileList(section: Section, key: string): readonly Test[] {
  if (isEmpty(section.value[key])) section.problem(EMPTY, key);
  refuseOperators(section);
  return section.sections(key).map(compileInner);
}

const all =
  (tests: readonly Test[]): Test =>
  (visit, input) =>
    tests.every((test) => test(visit, input));
const some =
  (tests: readonly Test[]): Test =>
  (visit, input) =>
    tests.some((test) => test(visit, input));

function not(section: Section): Test {
  refuseOperators(section);
  const inner = section.section('Not');
  const test = inner ? compileInner(inner) : never;
  return (visit, input) => !test(visit, input);
}

const operatorsIn = (section: Section): readonly string[] =>
  Object.keys(section.value).filter((key) => OPERATORS.has(key));

/** An operator needs a Variable. */
function refuseOperators(section: Section): void {
  for (const key of operatorsIn(section))
    section.problem(`Field '${key}' is not supported`, key, { at: section.pointer });
}

function compileOperator(section: Section): Test {
  const variable = compilePath(section, 'Variable', NOT_A_REFERENCE);
  const keys = operatorsIn(section);
  if (keys.length > 1) section.problem(`There should only be one of the following fields: [${keys.join(', ')}]`);
  const [key] = keys;
  const operator = key === undefined ? undefined : OPERATORS.get(key);
  if (key === undefined || operator === undefined) {
    section.problem('This object should have only one of the comparison operators');
    return never;
  }
  const operand = section.value[key] ?? null;
  const problem = operator.problemOf(operand);
  if (problem !== undefined) section.problem(problem, key);
  if (variable === undefined || problem !== undefined) return never;
  if (key === 'IsPresent') return (visit, input) => (resolve(variable, input, visit) !== undefined) === operand;
  if (!operator.isPath) return (visit, input) => operator.holds(variableAt(variable, visit, input), operand);
  const path = compilePath(section, key, NOT_A_REFERENCE);
  return (visit, input) =>
    path !== undefined && operator.holds(variableAt(variable, visit, input), requireValue(path, input, visit, key));
}

const NOT_A_REFERENCE = "Value is not a Reference Path: Reference path didn't start with '$'";

/** The value of a rule's Variable. As on AWS, the execution fails if there is none, except in IsPresent. */
function variableAt(path: Path, visit: Visit, input: Json): Json {
  const found = resolve(path, input, visit);
  if (found !== undefined) return found;
  throw new FieldError(
    'States.Runtime',
    `Invalid path '${path.text}': The choice state's condition path references an invalid value.`,
  );
}
