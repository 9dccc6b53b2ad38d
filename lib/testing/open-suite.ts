import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Diagnostic, diagnose, Reporter, type Span } from '../diagnostics/diagnostics.ts';
import { readTree } from '../flow/text/read-tree.ts';
import { findUp } from '../project/find-up.ts';
import { type FolderOptions, foldersFor } from '../project/folders.ts';
import { SharedComponents } from '../project/load-flows.ts';
import { readTextFile } from '../project/text-files.ts';
import { type PluginConfig, readPluginConfig } from './plugin-config.ts';
import { readTests } from './read-tests.ts';
import type { ConfigLocation, TestCase } from './test-case.ts';

/** A flow whose cases are to be run. */
export interface SuiteOptions {
  /** The flow's file, for messages. */
  readonly file: string;
  /** The flow's text. */
  readonly source: string;
  /** The flow's folder. @default that of `file` */
  readonly home?: string;
  /** A folder whose components and bundles serve flows that stand in no package. @default the working directory */
  readonly project?: string;
}

/** A flow with its cases and all that they need. */
export interface Suite {
  readonly file: string;
  readonly source: string;
  readonly folders: FolderOptions & { readonly home: string };
  readonly cases: readonly TestCase[];
  readonly config: PluginConfig;
  /** The components of all cases: each is loaded once. */
  readonly shared: SharedComponents;
  /** Of what the cases share; those of one case are its own. */
  readonly diagnostics: readonly Diagnostic[];
  /** The texts that diagnostics point into, by file. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Reads a flow's cases and the configuration that they run with. */
export async function openSuite(
  { file, source, home = dirname(resolve(file)), project = '' }: SuiteOptions,
  shared = new SharedComponents(),
): Promise<Suite> {
  const reporter = new Reporter(file);
  const { cases, config: place } = readTests(source, reporter);
  const opened = cases.length > 0 ? await openConfig(place, home, reporter) : NO_CONFIG;
  const sources = new Map([
    [file, source],
    ...(opened.text === undefined ? [] : [[opened.file, opened.text] as const]),
  ]);
  const diagnostics = [...inOrder(reporter.diagnostics), ...opened.diagnostics];
  return {
    file,
    source,
    folders: foldersOf(home, project),
    cases,
    config: opened.config,
    shared,
    diagnostics,
    sources,
  };
}

const inOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  [...diagnostics].sort((one, other) => one.line - other.line || one.column - other.column);

/** A configuration that has been read. */
export interface OpenedConfig {
  readonly config: PluginConfig;
  readonly file: string;
  /** Of a configuration that has a file of its own. */
  readonly text?: string;
  readonly diagnostics: readonly Diagnostic[];
}

const NO_CONFIG: OpenedConfig = { config: [], file: '', diagnostics: [] };

const CONFIG_NAMES = ['stepflow-config.yml', 'stepflow-config.yaml'];

/** The configuration that the flow has itself, or names, or else the nearest file of that name. */
export async function openConfig(
  place: ConfigLocation | undefined,
  home: string,
  reporter: Reporter,
): Promise<OpenedConfig> {
  if (place?.kind === 'inline') return { ...NO_CONFIG, config: readPluginConfig(place.tree, reporter) };
  const path = place ? resolve(home, place.path) : nearestConfig(home);
  if (path === undefined) return NO_CONFIG;
  const file = relative('', path);
  const read = await readConfigFile(path, place?.path ?? file, { file: reporter.file, ...(place?.span ?? START) });
  if ('unreadable' in read) return { ...NO_CONFIG, diagnostics: [read.unreadable] };
  const own = new Reporter(file);
  const tree = readTree(read.text, own);
  return { config: tree ? readPluginConfig(tree, own) : [], file, text: read.text, diagnostics: own.diagnostics };
}

/** The text of a configuration. `named`: how it is named where it cannot be read; `at`: the place of what names it. */
export async function readConfigFile(
  path: string,
  named: string,
  at: Span & { readonly file: string },
): Promise<{ readonly text: string } | { readonly unreadable: Diagnostic }> {
  try {
    return { text: await readTextFile(path) };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const problem = PROBLEMS[String(error.code)] ?? error.message;
    return { unreadable: diagnose('unreadable-config', { file: named, problem }, at) };
  }
}

const PROBLEMS: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

/** Where a flow begins, which does not name its configuration. */
export const START: Span = { line: 1, column: 1, endLine: 1, endColumn: 2 };

/** The configuration that is nearest to a folder, in it or above. */
export function nearestConfig(home: string): string | undefined {
  const found = CONFIG_NAMES.flatMap((name) => findUp(name, home) ?? []);
  return found.sort((one, other) => other.length - one.length)[0];
}

/** A flow outside of any package has the project's components, and leaves nothing beside itself. */
function foldersOf(home: string, project: string): Suite['folders'] {
  if (findUp('package.json', home) !== undefined) return { home };
  const { components, bundles } = foldersFor(project);
  const own = findUp('lambdas', home) ?? join(home, 'lambdas');
  return { home, components: [...(existsSync(own) ? [own] : []), ...components], bundles };
}
