import { relative } from 'node:path';
import type { CompiledStep } from '../compile.ts';
import { type Catalog, type ComponentFile, findComponents } from '../components/index.ts';
import { type Diagnostic, diagnose } from '../flow/diagnostics.ts';
import type { Folders } from './folders.ts';

/** Where components are looked up. */
export interface Lookup {
  readonly catalog: Catalog;
  /** The folders of the catalog, for messages. */
  readonly folders: readonly string[];
}

/** Opens the catalog of a project; messages name its folders as they are seen from the project's own. */
export const lookupIn = ({ project, components }: Pick<Folders, 'project' | 'components'>): Lookup => {
  return { catalog: findComponents({ folders: components }), folders: components.map((it) => relative(project, it)) };
};

/** Whether a step's component is the project's own, though it may have the name of a built-in one. */
export const isOwn =
  ({ catalog }: Lookup) =>
  ({ component }: Pick<CompiledStep, 'component'>): boolean =>
    catalog.resolve(component)?.builtin === false;

/** The components that steps call, and the steps whose component has no file. */
export interface Needed {
  readonly files: readonly ComponentFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What the steps need; a step whose component has no file is a diagnostic, at its component's name in the flow. */
export function componentsFor(steps: readonly CompiledStep[], file: string, { catalog, folders }: Lookup): Needed {
  const needs = steps.filter(({ calls }) => calls).map((step) => ({ step, found: catalog.resolve(step.component) }));
  return {
    files: needs.flatMap(({ found }) => found ?? []),
    diagnostics: needs
      .filter(({ found }) => found === undefined)
      .map(({ step: { component, componentSpan } }) => {
        const params = { component, nearest: catalog.suggest(component), folders };
        return diagnose('unknown-component', params, { file, ...componentSpan });
      }),
  };
}
