import type { SecretUse } from '../compiler/analyse/variables.ts';
import type { Limits } from '../compiler/emit/split/emit-within.ts';
import { readProfile } from '../compiler/plan/profile.ts';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import { checkFlow, distinct } from '../project/check-flow.ts';
import type { ComponentFile } from '../project/components/index.ts';
import { type PrepareRequest, prepareComponents } from '../project/components/prepared-component.ts';
import { type OpenedFlow, openFlow } from '../project/open-flow.ts';
import { readTextFileSync } from '../project/text-files.ts';
import type { Json } from '../protocol/json.ts';
import { componentsOf, machinesOf } from './definition.ts';

/** The flow to open, and its options; see `WorkflowProps`. */
export interface FlowSource {
  readonly flow: string;
  readonly variables?: { readonly [name: string]: Json };
  /** The secret variables that have a value, by name. @default none */
  readonly secrets?: { readonly [name: string]: unknown };
  readonly components?: string;
  /** The components that may be called by flows that are only known at run time. @default none */
  readonly nestedComponents?: readonly string[];
  /** The file of the flow's profile. @default the one next to the flow, if any */
  readonly profile?: string;
  /** The limits of a state machine. @default those of AWS */
  readonly limits?: Limits;
  /** How many calls of functions an execution may make at once. @default as the flow says */
  readonly maxConcurrency?: number;
}

/** A compiled flow and the components that are deployed with it. A flow with an error diagnostic cannot be deployed. */
export interface DeployableFlow extends OpenedFlow {
  /** The components that have functions, by the paths that the flow uses. */
  readonly functions: ReadonlyMap<string, ComponentFile>;
  /** The components of `nestedComponents`, by the paths given there; undefined if there is no such component. */
  readonly nested: ReadonlyMap<string, ComponentFile | undefined>;
}

/** Reads and compiles a flow, and finds its components. Throws only if a file cannot be read. */
export function deployableFlow(source: FlowSource): DeployableFlow {
  const { flow: file, variables, secrets = {}, components, nestedComponents = [], profile } = source;
  const { limits, maxConcurrency } = source;
  const opened = openFlow({
    file,
    source: readTextFileSync(file),
    variablesAreGiven: true,
    // A required secret without a value is reported later, by name; an optional one may be missing.
    hasSecret: ({ name, optional }: SecretUse) => secrets[name] !== undefined || !optional,
    ...(variables && { variables }),
    ...(limits && { limits }),
    ...(maxConcurrency !== undefined && { maxConcurrency }),
    ...(components !== undefined && { components: [components] }),
    ...(profile !== undefined && { profileFile: readProfile(readTextFileSync(profile), profile) }),
  });
  const { catalog } = opened.lookup;
  const called = new Set(machinesOf(opened.compiled).flatMap(componentsOf));
  const functions = [...called].flatMap((path): [string, ComponentFile][] => {
    const found = catalog.resolve(path);
    return found ? [[path, found]] : [];
  });
  const nested = nestedComponents.map((path) => [path, catalog.resolve(path)] as const);
  return { ...opened, functions: new Map(functions), nested: new Map(nested) };
}

/** The components to prepare for a flow: those deployed with it, and those whose schemas its steps are checked against. */
export function preparationOf({ functions, nested, components, folders }: DeployableFlow): PrepareRequest {
  const files = [...functions.values(), ...nested.values(), ...components.named].flatMap((file) => file ?? []);
  return { sources: [...new Set(files)], outDir: folders.bundles };
}

/** Everything that `validate` reports for a flow: first for the flow itself, then for its components. */
export function diagnosticsOf(flow: DeployableFlow): readonly Diagnostic[] {
  if (!flow.compiled.stateMachine) return flow.diagnostics;
  const request = preparationOf(flow);
  const prepared = prepareComponents(request);
  // If a fused chain does not load, some of its components may still load separately.
  const unloaded = prepared.flatMap((each) => ('bundle' in each ? [] : (each.source.fusedComponents ?? [])));
  const all = [...prepared, ...prepareComponents({ ...request, sources: unloaded })];
  const schemas = all.flatMap((each) => ('bundle' in each ? each.schemas : []));
  const componentDiagnostics = prepared.flatMap((each) => ('diagnostics' in each ? each.diagnostics : []));
  return [...checkFlow(flow, new Map(schemas)), ...distinct(componentDiagnostics)];
}
