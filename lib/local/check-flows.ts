import { dirname, resolve } from 'node:path';
import { check } from '../check/index.ts';
import { type Compiled, type CompileOptions, compile } from '../compile.ts';
import type { ComponentFile, LoadedComponent } from '../components/index.ts';
import type { Diagnostic } from '../flow/diagnostics.ts';
import { withProfiles } from '../plan/profile.ts';
import { type FolderOptions, type Folders, foldersFor } from './folders.ts';
import { loadFunctions } from './functions.ts';
import { componentsFor, isOwn, type Lookup, lookupIn } from './needed.ts';
import { profileBeside } from './profile-file.ts';

/** A flow to check. */
export interface CheckOptions extends Omit<FolderOptions, 'blobs'>, CompileOptions {
  /** The flow's text. */
  readonly source: string;
}

/** A flow that is compiled, and what its steps call. */
interface Compilation {
  readonly compiled: Compiled;
  readonly lookup: Lookup;
  readonly folders: Folders;
  readonly files: readonly ComponentFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Everything that is wrong with flows and with the components that they name, without running any. Components are
 * loaded for their schemas, those of all flows at once, and none that no flow calls.
 */
export async function checkFlows(flows: readonly CheckOptions[]): Promise<readonly Diagnostic[]> {
  const open = opener();
  const compilations = flows.map((flow) => compileOne(flow, open));
  const loaded = new Map<string, ReadonlyMap<string, LoadedComponent>>();
  const faults: Diagnostic[] = [];
  for (const bundles of new Set(compilations.map(({ folders }) => folders.bundles))) {
    const files = compilations.filter(({ folders }) => folders.bundles === bundles).flatMap((one) => one.files);
    const functions = await loadFunctions(files, bundles);
    loaded.set(bundles, functions.loaded);
    faults.push(...functions.diagnostics);
  }
  return [...compilations.flatMap((one) => checkOne(one, loaded.get(one.folders.bundles) ?? new Map())), ...faults];
}

/** Looks up a project's components once, however many of its flows are checked. */
function opener(): (folders: Folders) => Lookup {
  const known = new Map<string, Lookup>();
  return (folders) => {
    const key = JSON.stringify([folders.project, folders.components]);
    const lookup = known.get(key) ?? lookupIn(folders);
    known.set(key, lookup);
    return lookup;
  };
}

function compileOne(options: CheckOptions, open: (folders: Folders) => Lookup): Compilation {
  const { source, file = 'flow.yaml', home = dirname(resolve(file)) } = options;
  const folders = foldersFor(home, options);
  const lookup = open(folders);
  const beside = options.profile === undefined ? profileBeside(file, home) : undefined;
  const profile = beside?.profile && { profile: beside.profile };
  const compiled = compile(source, { opaque: isOwn(lookup), ...profile, ...options, file });
  const { diagnostics } = componentsFor(compiled.steps, file, lookup);
  // Also of steps that become states of their own: their components tell what they take.
  const files = [...compiled.steps, ...compiled.absorbed].flatMap(
    ({ component }) => lookup.catalog.resolve(component) ?? [],
  );
  return {
    compiled,
    lookup,
    folders,
    files,
    diagnostics: [...withProfiles([beside], compiled), ...diagnostics],
  };
}

function checkOne(
  { compiled: { flow, stateMachine }, lookup: { catalog }, diagnostics }: Compilation,
  loaded: ReadonlyMap<string, LoadedComponent>,
): readonly Diagnostic[] {
  if (!flow || !stateMachine) return diagnostics;
  const found = check(flow, (path) => {
    const component = loaded.get(catalog.resolve(path)?.path ?? path);
    return component && { input: component.inputSchema, output: component.outputSchema };
  });
  return [...diagnostics, ...found].sort((a, b) => a.line - b.line || a.column - b.column);
}
