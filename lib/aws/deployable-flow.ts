import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Limits } from '../asl/emit-within.ts';
import { type Compiled, compile } from '../compile.ts';
import type { ComponentFile } from '../components/index.ts';
import type { Diagnostic } from '../flow/diagnostics.ts';
import { foldersFor } from '../local/folders.ts';
import { componentsFor, isOwn, lookupIn } from '../local/needed.ts';
import { profileBeside } from '../local/profile-file.ts';
import { type ReadProfile, readProfile, withProfiles } from '../plan/profile.ts';
import type { SecretUse } from '../plan/variables.ts';
import type { Json } from '../runtime/json.ts';
import { componentsOf, machinesOf } from './definition.ts';

/** What a flow is opened with; see `WorkflowProps`. */
export interface FlowSource {
  readonly flow: string;
  readonly variables?: { readonly [name: string]: Json };
  /** By name, the secret variables that have a value. @default none */
  readonly secrets?: { readonly [name: string]: unknown };
  readonly components?: string;
  /** Components that flows which are only known at run time may call. @default none */
  readonly nestedComponents?: readonly string[];
  /** The file of the flow's profile. @default the one beside the flow, if any */
  readonly profile?: string;
  /** What a state machine may have. @default what AWS lets it have */
  readonly limits?: Limits;
}

/** A flow, compiled, and where its components are. Where a diagnostic is an error it cannot be deployed. */
export interface DeployableFlow {
  readonly file: string;
  readonly text: string;
  readonly compiled: Compiled;
  /** By the paths that the flow writes. */
  readonly components: ReadonlyMap<string, ComponentFile>;
  /** Those of `nestedComponents`, by the paths given. */
  readonly nested: ReadonlyMap<string, ComponentFile | undefined>;
  /** The folder that bundles of its components go to. */
  readonly bundles: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads and compiles a flow, and finds its components. Throws only where the file cannot be read. */
export function openFlow(source: FlowSource): DeployableFlow {
  const { flow: file, variables, secrets = {}, components, nestedComponents = [], limits } = source;
  const text = readFileSync(file, 'utf8');
  // A secret without a value is refused later, by name, unless the flow says itself what to do without.
  const hasSecret = ({ name, optional }: SecretUse): boolean => secrets[name] !== undefined || !optional;
  const folders = foldersFor(dirname(resolve(file)), components === undefined ? {} : { components: [components] });
  const lookup = lookupIn(folders);
  const given = { ...(variables && { variables }), ...(limits && { limits }) };
  const profile = profileOf(source);
  const arranged = { ...given, ...(profile?.profile && { profile: profile.profile }) };
  const compiled = compile(text, { file, hasSecret, opaque: isOwn(lookup), ...arranged });
  const { diagnostics } = componentsFor(compiled.steps, file, lookup);
  const called = new Set(machinesOf(compiled).flatMap(componentsOf));
  const found = [...called].flatMap((component): [string, ComponentFile][] => {
    const place = lookup.catalog.resolve(component);
    return place ? [[component, place]] : [];
  });
  return {
    file,
    text,
    compiled,
    components: new Map(found),
    nested: new Map(nestedComponents.map((path) => [path, lookup.catalog.resolve(path)])),
    bundles: folders.bundles,
    diagnostics: [...withProfiles([profile], compiled), ...diagnostics],
  };
}

/** The profile that was given, else the one beside the flow, if any. */
const profileOf = ({ flow, profile }: FlowSource): ReadProfile | undefined =>
  profile === undefined ? profileBeside(flow) : readProfile(readFileSync(profile, 'utf8'), profile);
