import { dirname, resolve } from 'node:path';
import { type Compiled, type CompileOptions, compile } from '../compiler/compile.ts';
import { profileDiagnostics, type ReadProfile } from '../compiler/plan/profile.ts';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import type { ComponentFile } from './components/catalog.ts';
import { isProjectComponent, type Lookup, lookupIn, requiredComponents } from './components/required-components.ts';
import { type FolderOptions, type Folders, foldersFor } from './folders.ts';
import { profileBeside } from './profile-file.ts';

/** Looks up the components of a project: {@link lookupIn}, or one that remembers what it has looked up. */
export type FindLookup = (folders: Folders) => Lookup;

/** Where a flow stands: its folders, and the components that are there for it. */
export interface FlowLocation {
  /** The flow's file, as diagnostics name it. */
  readonly file: string;
  /** The folder that it is in: files that it names are there. */
  readonly home: string;
  readonly folders: Folders;
  readonly lookup: Lookup;
  /** Spells a component's path in one way, so that `/openai` and `/builtin/openai` are the same. */
  readonly canonical: (component: string) => string;
}

/** A flow's file, and what a caller may say of its folders. */
export interface LocationOptions extends FolderOptions {
  /** The flow's file, as diagnostics are to name it. @default 'flow.yaml' */
  readonly file?: string;
}

/** What a flow is opened with. */
export interface OpenOptions extends LocationOptions, Omit<CompileOptions, 'opaque' | 'mocked'> {
  /** The flow's text. */
  readonly source: string;
  /** The profile that was read for it; `none`: it is arranged without. @default `profile`, else the one beside the flow's file */
  readonly profileFile?: ReadProfile | 'none';
  /** The ids of the steps, and the paths of the components, that something stands in for. @default none */
  readonly mockTargets?: readonly string[];
}

/** The files of the components that a flow names, by what becomes of them. */
export interface ComponentsOfFlow {
  /** Those that its states call, a chain as one. */
  readonly called: readonly ComponentFile[];
  /** Those of its steps, called or made part of others, but not of a chain that is called: they say what a step takes and gives. */
  readonly named: readonly ComponentFile[];
  /** Those of the project that something stands in for wherever they are named: they say so too, but are not to be loaded here. */
  readonly mocked: readonly ComponentFile[];
}

/** A flow that is compiled, and all that is known of it without loading a component. */
export interface OpenedFlow extends FlowLocation {
  readonly source: string;
  /** What it was compiled with. */
  readonly settings: CompileOptions;
  /** Without `stateMachine` where the flow has errors. */
  readonly compiled: Compiled;
  /** What it is arranged by. */
  readonly profile?: ReadProfile;
  readonly components: ComponentsOfFlow;
  /** Of the profile and the flow, by place. */
  readonly diagnostics: readonly Diagnostic[];
  /** The steps that call a component which has neither a file nor a mock: nothing to those who call none. */
  readonly missing: readonly Diagnostic[];
}

/** Finds the folders and the components of a flow. */
export function locateFlow(
  { file = 'flow.yaml', home = dirname(resolve(file)), ...given }: LocationOptions,
  find: FindLookup = lookupIn,
): FlowLocation {
  const folders = foldersFor(home, given);
  const lookup = find(folders);
  return { file, home, folders, lookup, canonical: (path) => lookup.catalog.resolve(path)?.path ?? path };
}

/** Whether something stands in for a step: among `targets` is its id, or its component's path. */
export function mockMatcher(
  targets: readonly string[],
  canonical: FlowLocation['canonical'],
): (step: { readonly id: string; readonly component: string }) => boolean {
  const known = new Set(targets.map((target) => (target.startsWith('/') ? canonical(target) : target)));
  return ({ id, component }) => known.has(id) || known.has(canonical(component));
}

/**
 * Opens a flow: the one recipe by which it is run, tested, checked, shown and deployed. It loads no component and waits for
 * nothing: see `loadFlow` for what runs, and `checkFlow` for the types. Throws only where a profile that is there cannot be read.
 */
export function openFlow(options: OpenOptions, find?: FindLookup): OpenedFlow {
  const { source, home: _, components, blobs, bundles, runs, profileFile, mockTargets = [], ...given } = options;
  // 1. Where it stands.
  const place = locateFlow(options, find);
  const { file, home, lookup, canonical } = place;
  // 2. What stands in for its components, and what its steps take.
  const isMocked = mockMatcher(mockTargets, canonical);
  const isOwnComponent = isProjectComponent(lookup);
  const beside = given.profile === undefined ? (profileFile ?? profileBeside(file, home)) : 'none';
  const profile = beside === 'none' ? undefined : beside;
  // 3. Its text becomes a state machine.
  const settings: CompileOptions = {
    ...given,
    file,
    ...(profile?.profile && { profile: profile.profile }),
    opaque: (step) => isMocked(step) || isOwnComponent(step),
    mocked: isMocked,
  };
  const compiled = compile(source, settings);
  // 4. The components that its steps need.
  const { steps, absorbed } = compiled;
  const needed = requiredComponents(
    steps.filter((step) => !isMocked(step)),
    file,
    lookup,
  );
  // A chain tells what its steps take and give. Built-in components do nothing while they are loaded.
  const inChains = new Set(needed.files.flatMap(({ fusedComponents = [] }) => fusedComponents));
  const filesOf = (some: readonly { readonly component: string }[]): readonly ComponentFile[] => {
    const files = some.flatMap(({ component }) => lookup.catalog.resolve(component) ?? []);
    return [...new Set(files)].filter((one) => !inChains.has(one));
  };
  const isReplaced = (step: Parameters<typeof isMocked>[0]): boolean => isMocked(step) && isOwnComponent(step);
  const all = [...steps, ...absorbed];
  const named = filesOf(all.filter((step) => !isReplaced(step)));
  const mocked = filesOf(all.filter(isReplaced)).filter((one) => !named.includes(one));
  return {
    ...place,
    source,
    settings,
    compiled,
    ...(profile && { profile }),
    components: { called: needed.files, named, mocked },
    diagnostics: [...(profile ? profileDiagnostics(profile, compiled) : []), ...compiled.diagnostics],
    missing: needed.diagnostics,
  };
}

/** Whether diagnostics keep a flow from running, or from being deployed. */
export const hasError = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ severity }) => severity === 'error');
