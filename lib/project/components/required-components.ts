import { relative } from 'node:path';
import type { CompiledStep } from '../../compiler/compile.ts';
import { membersOf } from '../../compiler/emit/frame.ts';
import { type Diagnostic, diagnose } from '../../diagnostics/diagnostics.ts';
import { fusedChainName } from '../../protocol/fused-chain-name.ts';
import type { Folders } from '../folders.ts';
import { type Catalog, type ComponentFile, findComponents } from './catalog.ts';

/** A project's components. */
export interface Lookup {
  readonly catalog: Catalog;
  /** The folders of the catalog, for messages. */
  readonly folders: readonly string[];
}

/** Opens the catalog of a project; messages name its folders relative to the project. */
export const lookupIn = ({ project, components }: Pick<Folders, 'project' | 'components'>): Lookup => {
  return { catalog: findComponents({ folders: components }), folders: components.map((it) => relative(project, it)) };
};

/** Whether a step's component belongs to the project, even if it has the name of a built-in one. */
export const isProjectComponent =
  ({ catalog }: Lookup) =>
  ({ component }: Pick<CompiledStep, 'component'>): boolean =>
    catalog.resolve(component)?.builtin === false;

/** The components that steps call, and diagnostics of steps whose component has no file. */
export interface RequiredComponents {
  readonly files: readonly ComponentFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Finds the components that steps call. A step whose component has no file is a diagnostic at its position in the flow. */
export function requiredComponents(
  steps: readonly CompiledStep[],
  file: string,
  { catalog, folders }: Lookup,
): RequiredComponents {
  const calling = steps.filter(({ calls }) => calls);
  return {
    files: calling.flatMap((step) => catalog.resolve(functionOf(step)) ?? []),
    diagnostics: calling
      .flatMap(membersOf)
      .filter(({ component }) => catalog.resolve(component) === undefined)
      .map(({ component, componentSpan }) => {
        const params = { component, nearest: catalog.suggest(component), folders };
        return diagnose('unknown-component', params, { file, ...componentSpan });
      }),
  };
}

/** The name of the function that a step's state calls. */
const functionOf = (step: CompiledStep): string => fusedChainName(membersOf(step).map(({ component }) => component));
