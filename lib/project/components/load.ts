import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import type { ComponentSchemas } from '../../compiler/check/index.ts';
import { componentsInFusedChain } from '../../protocol/fused-chain-name.ts';
import { isObject, type Json } from '../../protocol/json.ts';
import type { Handler } from '../../runtime/wrapper.ts';
import type { Bundle } from './bundle.ts';
import { NoComponent } from './bundle-error.ts';
import type { ComponentFile } from './catalog.ts';
import { type Requirements, requirementsOf, requirementsOfFusedChain } from './requirements.ts';

/** A component's function, loaded into this process, and what the component says of itself. */
export interface LoadedComponent extends Requirements {
  readonly path: string;
  /** The bundle's file, absolute, and the hash of its content. */
  readonly entry: string;
  readonly hash: string;
  readonly handler: Handler;
  readonly description?: string;
  /** JSON Schema of its input. */
  readonly inputSchema: Json;
  /** JSON Schema of its result. */
  readonly outputSchema: Json;
  /** Of a chain, what each of its components needs, in order. */
  readonly fusedRequirements?: readonly Requirements[];
  /** Of a chain, what each of its components takes and gives, in order. */
  readonly fusedSchemas?: readonly ComponentSchemas[];
}

/** Loads a bundle: the same code that is deployed. A changed bundle is loaded anew. Rejects with a {@link NoComponent} where the file exports none. */
export async function loadBundle({ component: source, entry, hash }: Bundle): Promise<LoadedComponent> {
  const exported: Record<string, unknown> = await import(`${pathToFileURL(entry).href}?v=${hash}`);
  const { handler } = exported;
  const [first, ...more] = componentsIn(exported, source);
  const last = more.at(-1) ?? first;
  if (!isHandler(handler) || !first || !last) throw new NoComponent(source);
  const { description } = first;
  const ends = { inputSchema: toSchema(first.input, 'input'), outputSchema: toSchema(last.output, 'output') };
  const common = { path: source.path, entry, hash, handler, ...ends };
  if (!source.fusedComponents)
    return { ...common, ...(typeof description === 'string' && { description }), ...requirementsOf(first) };
  const links = [first, ...more].map(requirementsOf);
  const fusedSchemas = [first, ...more].map(({ input, output }) => {
    return { input: toSchema(input, 'input'), output: toSchema(output, 'output') };
  });
  return { ...common, fusedRequirements: links, fusedSchemas, ...requirementsOfFusedChain(links) };
}

/** What a component takes and gives, by its own path; a chain tells it of each of its components. */
export function schemasByPath({ path, inputSchema, outputSchema, fusedSchemas }: LoadedComponent): SchemaEntries {
  const schemas = fusedSchemas ?? [{ input: inputSchema, output: outputSchema }];
  const paths = componentsInFusedChain(path);
  return schemas.flatMap((each, at) => paths.slice(at, at + 1).map((of) => [of, each] as const));
}

/** What components take and give, by their own paths. */
export type SchemaEntries = readonly (readonly [path: string, schemas: ComponentSchemas])[];

/** The component that a bundle exports, or all those of a chain. Throws a {@link NoComponent} for what is none. */
function componentsIn({ component, components }: Record<string, unknown>, source: ComponentFile): readonly Defined[] {
  const exported: readonly unknown[] = Array.isArray(components) ? components : [component];
  if (!exported.every(isComponent)) throw new NoComponent(source);
  return exported;
}

const isHandler = (value: unknown): value is Handler => typeof value === 'function';

type Defined = { readonly [key: string]: unknown } & Record<'input' | 'output', z.ZodType>;

const isComponent = (value: unknown): value is Defined =>
  isObject(value) && isSchema(value.input) && isSchema(value.output) && 'run' in value;

const isSchema = (value: unknown): boolean => isObject(value) && '_zod' in value;

/** What JSON Schema cannot say, such as a transformation, is left open rather than refused. */
const toSchema = (schema: z.ZodType, io: 'input' | 'output'): Json =>
  JSON.parse(
    JSON.stringify(z.toJSONSchema(schema, { io, unrepresentable: 'any', ...(io === 'input' && { override: widen }) })),
  );

/** What coerces its input, or falls back where that does not fit, takes anything. */
function widen({ zodSchema, jsonSchema }: Parameters<NonNullable<z.core.ToJSONSchemaParams['override']>>[0]): void {
  const { def } = zodSchema._zod;
  const takesAnything = def.type === 'catch' || ('coerce' in def && def.coerce === true);
  if (takesAnything) for (const keyword of Object.keys(jsonSchema)) delete jsonSchema[keyword];
}
