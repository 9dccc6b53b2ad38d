import { existsSync, readFileSync } from 'node:fs';
import { Annotations } from 'aws-cdk-lib';
import type * as logs from 'aws-cdk-lib/aws-logs';
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
import { WorkflowError } from './workflow-error.ts';

/** What a flow's functions are made with. */
export interface FlowFunctionsProps {
  readonly blobs: BlobStore;
  readonly logRetention?: logs.RetentionDays;
  /** By the paths of components. */
  readonly needs: ReadonlyMap<string, FunctionRequirements>;
}

/** The built-in components that run flows, and so call other components by themselves. */
const RUNNERS: ReadonlySet<string> = new Set(['/builtin/eval', '/builtin/map', '/builtin/iterate']);

const runsFlows = ({ path, builtin }: ComponentFile): boolean => builtin && RUNNERS.has(path);

/**
 * The functions of a flow's components, by the paths that the flow writes. A component that runs flows may call those of
 * this flow, and those of `nestedComponents`.
 *
 * @throws WorkflowError for a component that cannot be bundled, or that is not there
 */
export function flowFunctions(
  workflow: Construct,
  flow: DeployableFlow,
  { needs: allNeeds, ...sharing }: FlowFunctionsProps,
): ReadonlyMap<string, ComponentFunction> {
  const nested = nestedComponents(workflow, flow);
  const made = new Map<string, ComponentFunction>();
  const make = (each: PreparedComponent, calls?: ReadonlyMap<string, ComponentFunction>): void => {
    const { path } = each.source;
    const needs = allNeeds.get(path);
    const own = {
      blobs: sharing.blobs,
      ...(sharing.logRetention !== undefined && { logRetention: sharing.logRetention }),
    };
    const props = { ...own, ...(needs && { needs }), ...(calls && { calls }) };
    made.set(path, Components.of(workflow).functionOf(each, props));
  };
  const prepared = prepare(workflow, flow, [...flow.functions.values(), ...nested.values()]);
  for (const each of prepared) if (!runsFlows(each.source)) make(each);
  const calls = functionsBy(new Map([...flow.functions, ...nested]), made);
  for (const each of prepared) if (runsFlows(each.source)) make(each, calls);
  return functionsBy(flow.functions, made);
}

function prepare(
  workflow: Construct,
  flow: DeployableFlow,
  sources: readonly ComponentFile[],
): readonly PreparedComponent[] {
  const prepared = prepareComponents({ sources: [...new Set(sources)], outDir: flow.folders.bundles });
  const faults = prepared.flatMap((each) => ('diagnostics' in each ? each.diagnostics : []));
  refuseFaulty(workflow, flow, faults);
  const ready = prepared.flatMap((each) => ('bundle' in each ? [each] : []));
  for (const each of ready) refuseTooLong(workflow, flow, each);
  return ready;
}

/** A chain whose components may together take longer than a function may. */
function refuseTooLong(
  workflow: Construct,
  { file }: DeployableFlow,
  { source, timeout = 0 }: PreparedComponent,
): void {
  if (!source.fusedComponents || timeout <= QUOTAS.functionSeconds) return;
  const chain = source.fusedComponents.map(({ path }) => path).join(', ');
  const remedy = 'give them shorter timeouts, or take "fuse: true" out of the metadata of the flow';
  throw new WorkflowError(
    workflow,
    `The flow "${file}" has ${chain} in one function, and they may take ${timeout} s, which is more than the ${QUOTAS.functionSeconds} s that a function may; ${remedy}`,
  );
}

function functionsBy(
  components: ReadonlyMap<string, ComponentFile>,
  functions: ReadonlyMap<string, ComponentFunction>,
): ReadonlyMap<string, ComponentFunction> {
  return new Map(
    [...components].flatMap(([written, { path }]): [string, ComponentFunction][] => {
      const found = functions.get(path);
      return found ? [[written, found]] : [];
    }),
  );
}

function nestedComponents(workflow: Construct, { file, nested }: DeployableFlow): ReadonlyMap<string, ComponentFile> {
  const found = new Map<string, ComponentFile>();
  for (const [path, component] of nested) {
    if (component) found.set(path, component);
    else {
      const remedy = `write it as lambdas${path}.ts, or take it out of nestedComponents`;
      throw new WorkflowError(
        workflow,
        `The flow "${file}" is to call "${path}" in nested runs, which is no component; ${remedy}`,
      );
    }
  }
  return found;
}

/** Refuses a flow with errors: its diagnostics, each with its line. */
export function refuseFaulty(workflow: Construct, flow: DeployableFlow, diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  throw new WorkflowError(workflow, `The flow "${flow.file}" cannot be deployed:\n\n${shown(errors, flow)}`);
}

/** Tells of a flow's warnings as the CDK tells of its own; `acknowledgeWarning` silences those of a code. */
export function warnOf(workflow: Construct, flow: DeployableFlow, diagnostics: readonly Diagnostic[]): void {
  for (const warning of diagnostics.filter(({ severity }) => severity === 'warning'))
    Annotations.of(workflow).addWarningV2(`stepflow-aws:${warning.code}`, shown([warning], flow));
}

function shown(diagnostics: readonly Diagnostic[], { file, source }: DeployableFlow): string {
  const textOf = (name: string): string | undefined => (name === file ? source : readIfThere(name));
  return renderDiagnostics(diagnostics, textOf, { color: false });
}

const readIfThere = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
