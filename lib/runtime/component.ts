import type { z } from 'zod';
import type { CallComponent } from '../protocol/call-component.ts';
import type { Logger } from './logger.ts';
import type { BlobStore } from './stores/blobs.ts';
import type { CacheStore } from './stores/cache.ts';
import type { FlowFiles } from './stores/files.ts';
import type { ObjectStore } from './stores/object-store.ts';
import type { StoreUse } from './stores/store-use.ts';

/** What a component gets besides its input. */
export interface Context {
  readonly blobs: BlobStore;
  /** Only for a component that declares it: see {@link ComponentOptions.uses}. */
  readonly cache: CacheStore;
  /** The store that contains blobs and cache, as far as the component's function may use it. */
  readonly objects: ObjectStore;
  /** Where the flow's files are. */
  readonly files: FlowFiles;
  readonly logger: Logger;
  /** Aborted when the result is no longer needed; its reason is the FlowError that the step fails with. */
  readonly signal: AbortSignal;
  /** The execution's ARN, or its id on a laptop. */
  readonly execution: string;
  /** The step's id. */
  readonly step: string;
  /** 0 for the first attempt, then the number of retries so far. */
  readonly attempt: number;
  /**
   * The same in all attempts of one call, and different for every execution, step, iteration and item: 64 hexadecimal digits.
   * Give it to a service that takes such a key, so that a call which is repeated has no effect a second time.
   */
  readonly idempotencyKey: string;
  /** Calls another component, if the host supports it; a deployed function can call those that its environment names. */
  readonly call?: CallComponent;
}

/** A component's declaration. */
export interface ComponentOptions<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly description?: string;
  /** The schema of its input; an input that does not match is INVALID_INPUT. */
  readonly input: Input;
  /** The schema of its result; a result that does not match is COMPONENT_FAILED. */
  readonly output: Output;
  /** MB of memory of its function, 128 to 10,240. @default set at deployment */
  readonly memorySize?: number;
  /**
   * What it uses of the store besides blobs: its function gets the rights for that alone. `ctx.cache` wants `['cache']`; the
   * others are for components that the compiler calls. @default nothing
   */
  readonly uses?: readonly StoreUse[];
  /**
   * Whether its input and result contain markers: spilled values are not read back. For components that combine values
   * without reading them. @default false
   */
  readonly travelling?: boolean;
  /**
   * Whether its input may also contain the markers of what is missing or was skipped: then it runs in any case. Only with
   * `travelling`. @default false: the step fails, or is skipped
   */
  readonly unchecked?: boolean;
  /** Timeout in seconds, up to 900: its signal is then aborted, and the step fails with TIMEOUT. @default the function's timeout */
  readonly timeout?: number;
  /**
   * How many calls at once Lambda reserves for its function, which then never has more: for what it calls, such as a database
   * that takes few connections. Calls over it are throttled, and repeated. @default no more than the account has
   */
  readonly reservedConcurrency?: number;
}

/** A component: its declaration and its code. */
export interface Component<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType>
  extends ComponentOptions<Input, Output> {
  run(input: z.output<Input>, context: Context): z.input<Output> | Promise<z.input<Output>>;
}

/**
 * Defines a component, the default export of `lambdas/PLUGIN/NAME.ts`:
 *
 * ```ts
 * export default component(
 *   { description: 'Greets', input: z.object({ name: z.string() }), output: z.object({ text: z.string() }) },
 *   ({ name }) => ({ text: `Hello, ${name}` }),
 * );
 * ```
 */
export const component = <Input extends z.ZodType, Output extends z.ZodType>(
  options: ComponentOptions<Input, Output>,
  run: Component<Input, Output>['run'],
): Component<Input, Output> => ({ ...options, run });
