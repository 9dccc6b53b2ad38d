import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readAssembly } from '../aws/changes/assembly.ts';
import { findUp } from '../project/find-up.ts';
import { outputOf } from './cdk.ts';
import { UsageError } from './errors.ts';

/** The options that say which account and region are meant, as the AWS command line has them. */
export const ACCOUNT_OPTIONS = {
  region: {
    kind: 'text',
    value: 'REGION',
    summary: "the stack's region (default: that of the environment or profile)",
  },
  profile: { kind: 'text', value: 'NAME', summary: 'the profile of the AWS configuration to use' },
} as const;

/** The options that say where deployed flows are, as the AWS command line has them. */
export const PLACE_OPTIONS = {
  stack: {
    kind: 'text',
    value: 'NAME',
    summary: "the stack that the flows were deployed with (default: that of cdk.json's app)",
  },
  ...ACCOUNT_OPTIONS,
} as const;

/** What the user gave of {@link PLACE_OPTIONS}. */
export type GivenPlace = { readonly [Name in keyof typeof PLACE_OPTIONS]: string | undefined };

/** A stack, and why it is this one, for messages. */
export interface ChosenStack {
  readonly name: string;
  /** Absent where the user has named it. */
  readonly why?: string;
}

const DEFAULT_STACK = 'StepflowStack';

/**
 * The stack that is meant: the one that is named, else the one of the app that was last synthesised here, else that of an app
 * that names none.
 *
 * @throws UsageError where the app has several
 */
export function chooseStack(given: string | undefined, cwd: string): ChosenStack {
  if (given !== undefined) return { name: given };
  const config = findUp('cdk.json', cwd);
  const folder = config && outputOf(config);
  const manifest = folder && join(folder, 'manifest.json');
  if (folder === undefined || manifest === undefined || !existsSync(manifest))
    return { name: DEFAULT_STACK, why: `no --stack was given, and there is no cdk.out that names another than this` };
  const names = stacksIn(folder);
  const [name = DEFAULT_STACK, ...others] = names;
  if (others.length === 0) return { name, why: `no --stack was given; ${manifest} names this one` };
  throw new UsageError(
    `the app has ${names.length} stacks, as ${manifest} says: ${names.join(', ')}`,
    `say which one is meant, such as --stack ${name}`,
  );
}

/** The names of the stacks of an app, as far as they can be read. */
function stacksIn(folder: string): readonly string[] {
  try {
    return readAssembly(folder).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Adds to what AWS or this package says of a stack why it was asked for this one. */
export const sayChoice =
  ({ why }: ChosenStack) =>
  (error: unknown): never => {
    if (why !== undefined && error instanceof Error && error.name === 'ExecutionError' && /stack/.test(error.message))
      error.message += ` (${why})`;
    throw error;
  };
