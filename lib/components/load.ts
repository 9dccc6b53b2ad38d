import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { isObject, type Json } from '../runtime/json.ts';
import type { Handler } from '../runtime/wrapper.ts';
import type { Bundle } from './bundle.ts';
import { NoComponent } from './bundle-error.ts';

/** A component's function, loaded into this process, and what the component says of itself. */
export interface LoadedComponent {
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
  /** MB. */
  readonly memorySize?: number;
  /** Seconds. */
  readonly timeout?: number;
}

/** Loads a bundle: the same code that is deployed. A changed bundle is loaded anew. Rejects with a {@link NoComponent} where the file exports none. */
export async function loadBundle({ component: source, entry, hash }: Bundle): Promise<LoadedComponent> {
  const { handler, component }: Record<string, unknown> = await import(`${pathToFileURL(entry).href}?v=${hash}`);
  if (!isHandler(handler) || !isComponent(component)) throw new NoComponent(source);
  const { description, memorySize, timeout } = component;
  return {
    path: source.path,
    entry,
    hash,
    handler,
    inputSchema: toSchema(component.input, 'input'),
    outputSchema: toSchema(component.output, 'output'),
    ...(typeof description === 'string' && { description }),
    ...(typeof memorySize === 'number' && { memorySize }),
    ...(typeof timeout === 'number' && { timeout }),
  };
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
