import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findUp } from '../project/find-up.ts';
import { isObject, type Json } from '../protocol/json.ts';
import { UsageError } from './errors.ts';

/** The options that say where deployed flows are, as the AWS command line has them. */
export const PLACE_OPTIONS = {
  stack: {
    kind: 'text',
    value: 'NAME',
    summary: "the stack that the flows were deployed with (default: that of cdk.json's app)",
  },
  region: {
    kind: 'text',
    value: 'REGION',
    summary: "the stack's region (default: that of the environment or profile)",
  },
  profile: { kind: 'text', value: 'NAME', summary: 'the profile of the AWS configuration to use' },
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
  const manifest = config && join(dirname(config), outputOf(config), 'manifest.json');
  if (manifest === undefined || !existsSync(manifest))
    return { name: DEFAULT_STACK, why: `no --stack was given, and there is no cdk.out that names another than this` };
  const names = stacksIn(manifest);
  const [name = DEFAULT_STACK, ...others] = names;
  if (others.length === 0) return { name, why: `no --stack was given; ${manifest} names this one` };
  throw new UsageError(
    `the app has ${names.length} stacks, as ${manifest} says: ${names.join(', ')}`,
    `say which one is meant, such as --stack ${name}`,
  );
}

/** The folder that `cdk synth` writes to. */
function outputOf(config: string): string {
  const { output } = read(config);
  return typeof output === 'string' ? output : 'cdk.out';
}

/** The names of the stacks of a cloud assembly, those of its stages included. */
function stacksIn(manifest: string): readonly string[] {
  const { artifacts } = read(manifest);
  return Object.entries(isObject(artifacts) ? artifacts : {}).flatMap(([id, artifact]): readonly string[] => {
    if (!isObject(artifact)) return [];
    const { type, properties, displayName } = artifact;
    const { stackName, directoryName } = isObject(properties) ? properties : {};
    if (type === 'cdk:cloud-assembly' && typeof directoryName === 'string')
      return stacksIn(join(dirname(manifest), directoryName, 'manifest.json'));
    if (type !== 'aws:cloudformation:stack') return [];
    return [typeof stackName === 'string' ? stackName : typeof displayName === 'string' ? displayName : id];
  });
}

function read(file: string): { readonly [key: string]: Json } {
  try {
    const value: Json = JSON.parse(readFileSync(file, 'utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
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
