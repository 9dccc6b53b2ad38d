import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { CheckOptions } from '../compiler/check/index.ts';
import { type Compiled, type CompileOptions, compile } from '../compiler/compile.ts';
import { profileDiagnostics, profileFileOf, type ReadProfile, readProfile } from '../compiler/plan/profile.ts';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import type { ComponentFile } from './components/catalog.ts';
import { isProjectComponent, type Lookup, lookupIn, requiredComponents } from './components/required-components.ts';
import { type FolderOptions, type Folders, foldersFor } from './folders.ts';
import { readTextFileSync } from './text-files.ts';

/** Looks up the components of a project: {@link lookupIn}, or a cached version of it. */
export type FindLookup = (folders: Folders) => Lookup;

/** A flow's location: its folders and the components available there. */
export interface FlowLocation {
  /** The flow's file, as diagnostics name it. */
  readonly file: string;
  /** The folder of the flow's file. Paths in the flow are relative to it. */
  readonly home: string;
  readonly folders: Folders;
  readonly lookup: Lookup;
  /** Resolves an alias of a component to its path: `/openai` to `/builtin/openai`. */
  readonly canonical: (component: string) => string;
}

/** A flow's file, and overrides of its folders. */
export interface LocationOptions extends FolderOptions {
  /** The flow's file, as diagnostics name it. @default 'flow.yaml' */
  readonly file?: string;
}

/** Options of {@link openFlow}. */
export interface OpenOptions extends LocationOptions, CheckOptions, Omit<CompileOptions, 'opaque' | 'mocked'> {
  /** The flow's text. */
  readonly source: string;
  /** The profile that arranges it; `none`: no profile. @default `profile`, else the one beside the flow's file */
  readonly profileFile?: ReadProfile | 'none';
  /** The ids of mocked steps and the paths of mocked components. @default none */
  readonly mockTargets?: readonly string[];
}

/** The files of the components that a flow names, by their use. */
export interface ComponentsOfFlow {
  /** Called by its states; a fused chain is one. */
  readonly called: readonly ComponentFile[];
  /** Needed for their schemas: those of its steps, called or absorbed, except those of a fused chain that is called. */
  readonly named: readonly ComponentFile[];
  /** Those of the project that are mocked wherever they are named. Their schemas are used too, but they are not loaded here. */
  readonly mocked: readonly ComponentFile[];
}

/** A compiled flow, and what is known of it without loading a component. */
export interface OpenedFlow extends FlowLocation, Required<CheckOptions> {
  readonly source: string;
  /** The options of its compilation. */
  readonly settings: CompileOptions;
  /** Without `stateMachine` if the flow has errors. */
  readonly compiled: Compiled;
  /** The profile that it is arranged by. */
  readonly profile?: ReadProfile;
  readonly components: ComponentsOfFlow;
  /** Of the profile and of the flow, in order of position. */
  readonly diagnostics: readonly Diagnostic[];
  /** Steps whose component has neither a file nor a mock. Separate because they do not matter if nothing is called. */
  readonly missing: readonly Diagnostic[];
}

/** Finds the folders and components of a flow. */
export function locateFlow(
  { file = 'flow.yaml', home = dirname(resolve(file)), ...folderOptions }: LocationOptions,
  find: FindLookup = lookupIn,
): FlowLocation {
  const folders = foldersFor(home, folderOptions);
  const lookup = find(folders);
  return { file, home, folders, lookup, canonical: (path) => lookup.catalog.resolve(path)?.path ?? path };
}

/** Returns a predicate for mocked steps: `targets` contains the step's id or its component's path. */
export function mockMatcher(
  targets: readonly string[],
  canonical: FlowLocation['canonical'],
): (step: { readonly id: string; readonly component: string }) => boolean {
  const known = new Set(targets.map((target) => (target.startsWith('/') ? canonical(target) : target)));
  return ({ id, component }) => known.has(id) || known.has(canonical(component));
}

/**
 * Opens a flow. All commands and constructs use this function. It is synchronous and loads no component: see `loadFlow` for
 * their functions and `checkFlow` for type checks. Throws only if an existing profile cannot be read.
 */
export function openFlow(options: OpenOptions, find?: FindLookup): OpenedFlow {
  const {
    source,
    home: _,
    components,
    blobs,
    bundles,
    runs,
    profileFile,
    mockTargets = [],
    variablesAreGiven = false,
    ...compileOptions
  } = options;
  // 1. Find its folders and the components available there.
  const location = locateFlow(options, find);
  const { file, home, lookup, canonical } = location;
  // 2. Find out which steps are mocked, and read the profile.
  const isMocked = mockMatcher(mockTargets, canonical);
  const isOwnComponent = isProjectComponent(lookup);
  const chosen = compileOptions.profile === undefined ? (profileFile ?? profileBeside(file, home)) : 'none';
  const profile = chosen === 'none' ? undefined : chosen;
  // 3. Compile it to a state machine.
  const settings: CompileOptions = {
    ...compileOptions,
    file,
    ...(profile?.profile && { profile: profile.profile }),
    opaque: (step) => isMocked(step) || isOwnComponent(step),
    mocked: isMocked,
    replaced: isOwnComponent,
  };
  const compiled = compile(source, settings);
  // 4. Find the components that its steps need.
  const needed = requiredComponents(
    compiled.steps.filter((step) => !isMocked(step)),
    file,
    lookup,
  );
  return {
    ...location,
    variablesAreGiven,
    source,
    settings,
    compiled,
    ...(profile && { profile }),
    components: componentsByUse(compiled, needed.files, lookup, isMocked),
    diagnostics: [...(profile ? profileDiagnostics(profile, compiled) : []), ...compiled.diagnostics],
    missing: needed.diagnostics,
  };
}

/** Sorts the components that a compiled flow names by their use. `called`: the files of what its states call. */
function componentsByUse(
  { steps, absorbed }: Compiled,
  called: readonly ComponentFile[],
  lookup: Lookup,
  isMocked: ReturnType<typeof mockMatcher>,
): ComponentsOfFlow {
  // A fused chain that is loaded has the schemas of its members: these need no loading of their own.
  const fused = new Set(called.flatMap(({ fusedComponents = [] }) => fusedComponents));
  const filesOf = (some: readonly { readonly component: string }[]): readonly ComponentFile[] => {
    const files = some.flatMap(({ component }) => lookup.catalog.resolve(component) ?? []);
    return [...new Set(files)].filter((one) => !fused.has(one));
  };
  // Built-in components do nothing while they load, so that mocked ones may be loaded like others.
  const isOwn = isProjectComponent(lookup);
  const isKeptOut = (step: Parameters<typeof isMocked>[0]): boolean => isMocked(step) && isOwn(step);
  const all = [...steps, ...absorbed];
  const named = filesOf(all.filter((step) => !isKeptOut(step)));
  const mocked = filesOf(all.filter(isKeptOut)).filter((one) => !named.includes(one));
  return { called, named, mocked };
}

/** Reads the profile beside a flow's file, `NAME.profile.json`, if there is one. `file`: the flow's, as messages name it. */
function profileBeside(file: string, home: string): ReadProfile | undefined {
  const name = profileFileOf(file);
  const path = join(home, basename(name));
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readProfile(readTextFileSync(path), name) : undefined;
}
