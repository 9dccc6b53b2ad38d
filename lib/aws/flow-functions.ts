import { existsSync, readFileSync } from 'node:fs';
import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import { renderDiagnostics } from '../diagnostics/render.ts';
import type { ComponentFile } from '../project/components/index.ts';
import { type PreparedComponent, prepareComponents } from '../project/components/prepared-component.ts';
import { QUOTAS } from '../protocol/quotas.ts';
import type { BlobStore } from './blob-store.ts';
import type { ComponentFunction } from './component-function.ts';
import { Components } from './components.ts';
import type { DeployableFlow } from './deployable-flow.ts';
import type { FunctionRequirements } from './function-requirements.ts';
import type { FunctionSettings } from './function-settings.ts';
import { WorkflowError } from './workflow-error.ts';

/** Options for creating the functions of a flow. */
export interface FlowFunctionsProps {
  readonly blobs: BlobStore;
  readonly settings: FunctionSettings;
  /** What each function requires, by the paths of components. */
  readonly requirements: ReadonlyMap<string, FunctionRequirements>;
}

/** The built-in components that run flows, and so invoke the functions of other components. */
const FLOW_RUNNERS: ReadonlySet<string> = new Set(['/builtin/eval', '/builtin/map', '/builtin/iterate']);

const runsFlows = ({ path, builtin }: ComponentFile): boolean => builtin && FLOW_RUNNERS.has(path);

/**
 * The functions of a flow's components, by the paths that the flow uses. A component that runs flows may call the
 * components of this flow and those of `nestedComponents`.
 *
 * @throws WorkflowError for a component that does not exist or cannot be bundled
 */
export function flowFunctions(
  workflow: Construct,
  flow: DeployableFlow,
  { requirements: requirementsByPath, ...common }: FlowFunctionsProps,
): ReadonlyMap<string, ComponentFunction> {
  const nested = nestedComponents(workflow, flow);
  const functions = new Map<string, ComponentFunction>();
  const create = (component: PreparedComponent, calls?: ReadonlyMap<string, ComponentFunction>): void => {
    const { path } = component.source;
    const requirements = requirementsByPath.get(path);
    const options = {
      blobs: common.blobs,
      settings: common.settings,
      ...(requirements && { requirements }),
      ...(calls && { calls: { workflow, functions: calls } }),
    };
    functions.set(path, Components.of(workflow).functionOf(component, options));
  };
  const prepared = prepare(workflow, flow, [...flow.functions.values(), ...nested.values()]);
  for (const component of prepared) if (!runsFlows(component.source)) create(component);
  const calls = functionsBy(new Map([...flow.functions, ...nested]), functions);
  for (const component of prepared) if (runsFlows(component.source)) create(component, calls);
  return functionsBy(flow.functions, functions);
}

function prepare(
  workflow: Construct,
  flow: DeployableFlow,
  sources: readonly ComponentFile[],
): readonly PreparedComponent[] {
  const prepared = prepareComponents({ sources: [...new Set(sources)], outDir: flow.folders.bundles });
  const diagnostics = prepared.flatMap((each) => ('diagnostics' in each ? each.diagnostics : []));
  refuseErrors(workflow, flow, diagnostics);
  const ready = prepared.flatMap((each) => ('bundle' in each ? [each] : []));
  for (const each of ready) refuseTooLong(workflow, flow, each);
  return ready;
}

/** Refuses a fused chain whose components may together take longer than a function may. */
function refuseTooLong(
  workflow: Construct,
  { file }: DeployableFlow,
  { source, timeout = 0 }: PreparedComponent,
): void {
  if (!source.fusedComponents || timeout <= QUOTAS.functionSeconds) return;
  const components = source.fusedComponents.map(({ path }) => path).join(', ');
  const remedy = 'give them shorter timeouts, or remove "fuse: true" from the metadata of the flow';
  throw new WorkflowError(
    workflow,
    `The flow "${file}" has ${components} in one function, and their timeouts add up to ${timeout} s, which is more than the ${QUOTAS.functionSeconds} s that a function may take; ${remedy}`,
  );
}

function functionsBy(
  components: ReadonlyMap<string, ComponentFile>,
  functions: ReadonlyMap<string, ComponentFunction>,
): ReadonlyMap<string, ComponentFunction> {
  return new Map(
    [...components].flatMap(([pathInFlow, { path }]): [string, ComponentFunction][] => {
      const found = functions.get(path);
      return found ? [[pathInFlow, found]] : [];
    }),
  );
}

function nestedComponents(workflow: Construct, { file, nested }: DeployableFlow): ReadonlyMap<string, ComponentFile> {
  const found = new Map<string, ComponentFile>();
  for (const [path, component] of nested) {
    if (component) found.set(path, component);
    else {
      const remedy = `write it as lambdas${path}.ts, or remove it from nestedComponents`;
      throw new WorkflowError(
        workflow,
        `The flow "${file}" lists "${path}" in nestedComponents, but there is no such component; ${remedy}`,
      );
    }
  }
  return found;
}

/** Throws a WorkflowError with the rendered errors, if there are any. */
export function refuseErrors(workflow: Construct, flow: DeployableFlow, diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  throw new WorkflowError(workflow, `The flow "${flow.file}" cannot be deployed:\n\n${rendered(errors, flow)}`);
}

/** Adds a flow's warnings as CDK annotations; `acknowledgeWarning` silences those with a given code. */
export function addWarnings(workflow: Construct, flow: DeployableFlow, diagnostics: readonly Diagnostic[]): void {
  for (const warning of diagnostics.filter(({ severity }) => severity === 'warning'))
    Annotations.of(workflow).addWarningV2(`stepflow-aws:${warning.code}`, rendered([warning], flow));
}

function rendered(diagnostics: readonly Diagnostic[], { file, source }: DeployableFlow): string {
  const textOf = (name: string): string | undefined => (name === file ? source : readIfExists(name));
  return renderDiagnostics(diagnostics, textOf, { color: false });
}

const readIfExists = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
