import { readFileSync } from 'node:fs';
import type { SecretUse } from '../compiler/analyse/variables.ts';
import type { Limits } from '../compiler/emit/split/emit-within.ts';
import { readProfile } from '../compiler/plan/profile.ts';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import { checkFlow, distinct } from '../project/check-flow.ts';
import type { ComponentFile } from '../project/components/index.ts';
import { type PrepareRequest, prepareComponents } from '../project/components/prepared-component.ts';
import { type OpenedFlow, openFlow } from '../project/open-flow.ts';
import type { Json } from '../protocol/json.ts';
import { componentsOf, machinesOf } from './definition.ts';

/** What a flow is opened with; see `WorkflowProps`. */
export interface FlowSource {
  readonly flow: string;
  readonly variables?: { readonly [name: string]: Json };
  /** By name, the secret variables that have a value. @default none */
  readonly secrets?: { readonly [name: string]: unknown };
  readonly components?: string;
  /** Components that flows which are only known at run time may call. @default none */
  readonly nestedComponents?: readonly string[];
  /** The file of the flow's profile. @default the one beside the flow, if any */
  readonly profile?: string;
  /** What a state machine may have. @default what AWS lets it have */
  readonly limits?: Limits;
}

/** A flow, compiled, and what is deployed with it. Where a diagnostic is an error it cannot be. */
export interface DeployableFlow extends OpenedFlow {
  /** The components that have functions, by the paths that the flow writes. */
  readonly functions: ReadonlyMap<string, ComponentFile>;
  /** Those of `nestedComponents`, by the paths given. */
  readonly nested: ReadonlyMap<string, ComponentFile | undefined>;
}

/** Reads and compiles a flow, and finds its components. Throws only where a file cannot be read. */
export function deployableFlow(source: FlowSource): DeployableFlow {
  const { flow: file, variables, secrets = {}, components, nestedComponents = [], profile, limits } = source;
  const opened = openFlow({
    file,
    source: readFileSync(file, 'utf8'),
    // A secret without a value is refused later, by name, unless the flow says itself what to do without.
    hasSecret: ({ name, optional }: SecretUse) => secrets[name] !== undefined || !optional,
    ...(variables && { variables }),
    ...(limits && { limits }),
    ...(components !== undefined && { components: [components] }),
    ...(profile !== undefined && { profileFile: readProfile(readFileSync(profile, 'utf8'), profile) }),
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

/** All that has to be prepared for a flow: what is deployed with it, and what its steps are held against. */
export function preparationOf({ functions, nested, components, folders }: DeployableFlow): PrepareRequest {
  const files = [...functions.values(), ...nested.values(), ...components.named].flatMap((file) => file ?? []);
  return { sources: [...new Set(files)], outDir: folders.bundles };
}

/** All that `validate` would tell of a flow: of itself, then of its components. */
export function diagnosticsOf(flow: DeployableFlow): readonly Diagnostic[] {
  if (!flow.compiled.stateMachine) return flow.diagnostics;
  const request = preparationOf(flow);
  const prepared = prepareComponents(request);
  // Of a chain that does not load, some components may, each by itself.
  const parts = prepared.flatMap((each) => ('bundle' in each ? [] : (each.source.fusedComponents ?? [])));
  const all = [...prepared, ...prepareComponents({ ...request, sources: parts })];
  const schemas = all.flatMap((each) => ('bundle' in each ? each.schemas : []));
  const faults = prepared.flatMap((each) => ('diagnostics' in each ? each.diagnostics : []));
  return [...checkFlow(flow, new Map(schemas)), ...distinct(faults)];
}
