import { Stack } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { QUOTAS } from '../protocol/quotas.ts';
import { sha256 } from '../runtime/stores/blobs.ts';
import { rootStackOf } from './root-stack.ts';

/** The functions that a function may invoke, by the paths of their components. */
export type CalledFunctions = ReadonlyMap<string, NamedFunction>;

/** A function whose name can be fixed before it is deployed. */
interface NamedFunction {
  readonly function: lambda.Function;
  fixName(): string;
}

/** Where a function finds the table of the functions that it may invoke: see `callFunctions`. */
export interface FunctionTable {
  /** The value of the environment variable. */
  readonly variable: string;
  /** The files of the function that it refers to, by name. */
  readonly files: { readonly [name: string]: string };
}

/** The file of a table, in the function's root. */
const TABLE_FILE = 'components.json';

/** The most bytes of a table in the environment, which has 4 KB for all variables. */
const MOST_IN_ENVIRONMENT = 2000;

/** The characters that an entry has besides its path: a name and its punctuation. */
const ENTRY = QUOTAS.functionName + '"":"",'.length;

/**
 * A table of functions. A short one is in the environment. A long one is in a file of the function: files are packed before
 * CloudFormation names anything, so these functions get fixed names.
 */
export function functionTable(scope: Construct, calls: CalledFunctions): FunctionTable {
  const entries = [...calls];
  const bytes = entries.reduce((sum, [path]) => sum + path.length + ENTRY, 0);
  if (bytes <= MOST_IN_ENVIRONMENT) {
    const names = entries.map(([path, each]) => [path, each.function.functionName]);
    return { variable: Stack.of(scope).toJsonString(Object.fromEntries(names)), files: {} };
  }
  const names = Object.fromEntries(entries.map(([path, each]) => [path, each.fixName()]));
  return { variable: TABLE_FILE, files: { [TABLE_FILE]: JSON.stringify(names) } };
}

/** The fixed name of a construct's function: no other in the account and region has it, because no other stack has the stack's name. */
export function fixedName(scope: Construct): string {
  const stack = rootStackOf(scope).stackName;
  const hash = sha256(`${stack} ${scope.node.path}`).slice(0, 8);
  return `${stack.slice(0, 30)}-${scope.node.id.replace(/[^\w-]/g, '').slice(0, 24)}-${hash}`;
}
