import { dirname, resolve } from 'node:path';
import { type Diagnostic, Reporter } from '../diagnostics/diagnostics.ts';
import type { Mocks } from '../run/tasks/mocks.ts';
import { openConfig, type SuiteOptions } from './open-suite.ts';
import { componentSource, type PluginConfig } from './plugin-config.ts';
import { readTests } from './read-tests.ts';

/** The components of all mock plugins, by the paths that flows reach them under. */
export function configuredMocks(config: PluginConfig): Mocks {
  const paths = config.flatMap(({ prefix, plugins }) =>
    plugins.flatMap(({ components }) => [...components.keys()].map((path) => `${prefix}${path}`)),
  );
  const sources = paths.map((path) => [path, componentSource(config, path)] as const);
  return Object.fromEntries(
    sources.flatMap(([path, source]) => (source.kind === 'mock' ? [[path, source.behaviours]] : [])),
  );
}

/** The mocks of a configuration, and what is wrong with it. */
export interface OpenedMocks {
  readonly mocks: Mocks;
  readonly diagnostics: readonly Diagnostic[];
  /** Where the configuration is written. */
  readonly file: string;
}

/** The mocks that a flow has by its configuration: its own, the one that it names, or the nearest `stepflow-config.yml`. */
export async function mocksOfConfiguration({
  file,
  source,
  home = dirname(resolve(file)),
}: SuiteOptions): Promise<OpenedMocks> {
  // What is wrong with the flow and its cases is not asked here.
  const { config: place } = readTests(source, new Reporter(file));
  const reporter = new Reporter(file);
  const opened = await openConfig(place, home, reporter);
  return {
    mocks: configuredMocks(opened.config),
    diagnostics: [...reporter.diagnostics, ...opened.diagnostics],
    file: opened.file || file,
  };
}
