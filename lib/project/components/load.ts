import { pathToFileURL } from 'node:url';
import type * as z from 'zod';
import type { ComponentSchemas } from '../../compiler/check/index.ts';
import { componentsInFusedChain } from '../../protocol/fused-chain-name.ts';
import { isObject, type Json } from '../../protocol/json.ts';
import type { Handler } from '../../runtime/wrapper.ts';
import type { Bundle } from './bundle.ts';
import { NoComponent } from './bundle-error.ts';
import type { ComponentFile } from './catalog.ts';
import { checkOptions } from './component-options.ts';
import { componentSchema } from './component-schema.ts';
import { type Requirements, requirementsOf, requirementsOfFusedChain } from './requirements.ts';

/** What is known of a component once its bundle has been loaded. */
export interface ComponentDeclaration extends Requirements {
  readonly path: string;
  /** The bundle's file, absolute, and the hash of its content. */
  readonly entry: string;
  readonly hash: string;
  readonly description?: string;
  /** JSON Schema of its input. */
  readonly inputSchema: Json;
  /** JSON Schema of its result. */
  readonly outputSchema: Json;
  /** Only for a fused chain: the requirements of its components, in order. */
  readonly fusedRequirements?: readonly Requirements[];
  /** Of a chain, what each of its components takes and gives, in order. */
  readonly fusedSchemas?: readonly ComponentSchemas[];
}

/** A component that may be called. */
export interface LoadedComponent extends ComponentDeclaration {
  /** Only of a built-in component, which is trusted with this process; all others run in a host of components. */
  readonly handler?: Handler;
}

/** A component's function, loaded into this process, with the component's declaration. */
export type LoadedBundle = ComponentDeclaration & Required<Pick<LoadedComponent, 'handler'>>;

/** What a bundle needs to be loaded. */
type Loadable = Pick<Bundle, 'component' | 'entry' | 'hash'>;

/**
 * Loads a bundle into this process, the same code that is deployed; a changed bundle is loaded again. Rejects with a
 * {@link NoComponent} if it exports no component.
 */
export async function loadBundle(bundle: Loadable): Promise<LoadedBundle> {
  const startMs = performance.now();
  const exported: Record<string, unknown> = await import(`${pathToFileURL(bundle.entry).href}?v=${bundle.hash}`);
  const { handler } = exported;
  if (!isHandler(handler)) throw new NoComponent(bundle.component);
  const startupMs = performance.now() - startMs;
  return {
    ...describeBundle(bundle, exported),
    handler: (invocation, host) => handler(invocation, { ...host, startupMs }),
  };
}

/** What the component declares that a bundle exports. Throws a {@link NoComponent} if there is none. */
export function describeBundle(
  { component: source, entry, hash }: Loadable,
  exported: Readonly<Record<string, unknown>>,
): ComponentDeclaration {
  const [first, ...more] = componentsIn(exported, source);
  const last = more.at(-1) ?? first;
  if (!isHandler(exported.handler) || !first || !last) throw new NoComponent(source);
  for (const each of [first, ...more]) checkOptions(each);
  const { description } = first;
  const schemas = {
    inputSchema: componentSchema(first.input, 'input'),
    outputSchema: componentSchema(last.output, 'output'),
  };
  const common = { path: source.path, entry, hash, ...schemas };
  if (!source.fusedComponents)
    return { ...common, ...(typeof description === 'string' && { description }), ...requirementsOf(first) };
  const fusedRequirements = [first, ...more].map(requirementsOf);
  const fusedSchemas = [first, ...more].map(({ input, output }) => ({
    input: componentSchema(input, 'input'),
    output: componentSchema(output, 'output'),
  }));
  return { ...common, fusedRequirements, fusedSchemas, ...requirementsOfFusedChain(fusedRequirements) };
}

/** The schemas of a loaded component by its path; of a fused chain, those of each of its components. */
export function schemasByPath({ path, inputSchema, outputSchema, fusedSchemas }: ComponentDeclaration): SchemaEntries {
  const schemas = fusedSchemas ?? [{ input: inputSchema, output: outputSchema }];
  const paths = componentsInFusedChain(path);
  return schemas.flatMap((each, at) => paths.slice(at, at + 1).map((of) => [of, each] as const));
}

/** Schemas of components, by their own paths. */
export type SchemaEntries = readonly (readonly [path: string, schemas: ComponentSchemas])[];

/** The component that a bundle exports, or those of a fused chain. Throws a {@link NoComponent} if an export is not a component. */
function componentsIn(
  { component, components }: Readonly<Record<string, unknown>>,
  source: ComponentFile,
): readonly Defined[] {
  const exported: readonly unknown[] = Array.isArray(components) ? components : [component];
  if (exported.every(isComponent)) return exported;
  throw new NoComponent(source, ...wrongSchemaOf(exported.find((one) => !isComponent(one))));
}

/** What is wrong with the first schema of what would be a component otherwise, and how to mend it; empty for anything else. */
function wrongSchemaOf(exported: unknown): [problem: string, remedy: string] | [] {
  if (!isObject(exported) || !('run' in exported)) return [];
  const name = ['input', 'output'].find((side) => !isSchema(exported[side]));
  const schema = name === undefined ? undefined : exported[name];
  if (name === undefined) return [];
  const found =
    schema === undefined
      ? 'it has no schema'
      : isObject(schema) && '_def' in schema
        ? 'zod 3 made the schema'
        : 'something else than zod is the schema';
  return [`${found} of its ${name}`, `Write ${name}: z.object({ … }) with zod 4, or ${name}: z.json() for anything.`];
}

const isHandler = (value: unknown): value is Handler => typeof value === 'function';

type Defined = { readonly [key: string]: unknown } & Record<'input' | 'output', z.ZodType>;

const isComponent = (value: unknown): value is Defined =>
  isObject(value) && isSchema(value.input) && isSchema(value.output) && 'run' in value;

const isSchema = (value: unknown): boolean => isObject(value) && '_zod' in value;
