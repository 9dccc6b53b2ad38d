import { Fn, Stack } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { COMPONENTS_VARIABLE } from '../protocol/call-component.ts';
import { QUOTAS } from '../protocol/quotas.ts';
import { sha256 } from '../runtime/stores/blobs.ts';
import { rootOf } from './retained.ts';

/** The functions that a function may invoke, by the paths of their components. */
export type CalledFunctions = ReadonlyMap<string, NamedFunction>;

/** A function whose name can be fixed before it is deployed. */
interface NamedFunction {
  readonly function: lambda.Function;
  readonly version: lambda.CfnVersion;
  /** Answers what the name begins with; the rest is the same for all functions of the stack. */
  fixName(): string;
}

/** Where a function finds the table of the functions that it may invoke: see `callFunctions`. */
export interface FunctionTable {
  /** The value of the environment variable. */
  readonly variable: string;
  /** The most characters that the variable takes. */
  readonly size: number;
  /** The files of the function that it refers to, by name. */
  readonly files: { readonly [name: string]: string };
}

/** The file of a table, in the function's root. */
const TABLE_FILE = 'components.json';

/** What the variable has besides the entries of the table. */
const VARIABLE = COMPONENTS_VARIABLE.length + 20;

/** The number of a version and a comma. */
const VERSION = '12345,'.length;

/** The characters that an entry has besides its path: a name, the number of a version, and its punctuation. */
const ENTRY = QUOTAS.functionName + '"":":12345",'.length;

/**
 * A table of the versions of functions. One for which the environment has `room` is there. A longer one is in a file of the function: files are
 * packed before CloudFormation names anything, so these functions get fixed names, of which the environment has the common end
 * and the numbers of the versions, in the order of the file: `components.json 0ab1c2d3 7,12,7`.
 */
export function functionTable(scope: Construct, calls: CalledFunctions, room: number): FunctionTable {
  const entries = [...calls];
  const size = VARIABLE + entries.reduce((sum, [path]) => sum + path.length + ENTRY, 0);
  if (size <= room) {
    const names = entries.map(([path, each]) => [path, `${each.function.functionName}:${each.version.attrVersion}`]);
    return { variable: Stack.of(scope).toJsonString(Object.fromEntries(names)), size, files: {} };
  }
  const names = Object.fromEntries(entries.map(([path, each]) => [path, each.fixName()]));
  const versions = entries.map(([, each]) => each.version.attrVersion).join(',');
  return {
    variable: `${TABLE_FILE} ${stackSuffix(scope)} ${versions}`,
    size: VARIABLE + TABLE_FILE.length + entries.length * VERSION,
    files: { [TABLE_FILE]: JSON.stringify(names) },
  };
}

/**
 * The fixed name of a construct's function. No other in the account and region has it: no other stack has the stack's name, and
 * the end of the name is another where the stack is deleted and created again, which leaves functions behind.
 */
export function fixedName(scope: Construct): { readonly start: string; readonly name: string } {
  const stack = rootOf(Stack.of(scope)).stackName;
  const hash = sha256(`${stack} ${scope.node.path}`).slice(0, 8);
  const start = `${stack.slice(0, 24)}-${scope.node.id.replace(/[^\w-]/g, '').slice(0, 21)}-${hash}-`;
  return { start, name: start + stackSuffix(scope) };
}

/** The first characters of the UUID that a stack has from its creation to its deletion: `arn:…:stack/NAME/0ab1c2d3-…`. */
const stackSuffix = (scope: Construct): string =>
  Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', rootOf(Stack.of(scope)).stackId))));
