import { pathToFileURL } from 'node:url';
import type * as z from 'zod';
import { isObject, type Json } from '../../protocol/json.ts';
import type { Handler } from '../../runtime/wrapper.ts';
import type { Bundle } from './bundle.ts';
import { NoComponent } from './bundle-error.ts';
import type { ComponentFile } from './catalog.ts';
import { componentSchema } from './component-schema.ts';
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
}

/** Loads a bundle: the same code that is deployed. A changed bundle is loaded anew. Rejects with a {@link NoComponent} where the file exports none. */
export async function loadBundle({ component: source, entry, hash }: Bundle): Promise<LoadedComponent> {
  const exported: Record<string, unknown> = await import(`${pathToFileURL(entry).href}?v=${hash}`);
  const { handler } = exported;
  const [first, ...more] = componentsIn(exported, source);
  const last = more.at(-1) ?? first;
  if (!isHandler(handler) || !first || !last) throw new NoComponent(source);
  const { description } = first;
  const schemas = {
    inputSchema: componentSchema(first.input, 'input'),
    outputSchema: componentSchema(last.output, 'output'),
  };
  const common = { path: source.path, entry, hash, handler, ...schemas };
  if (!source.fusedComponents)
    return { ...common, ...(typeof description === 'string' && { description }), ...requirementsOf(first) };
  const links = [first, ...more].map(requirementsOf);
  return { ...common, fusedRequirements: links, ...requirementsOfFusedChain(links) };
}

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
