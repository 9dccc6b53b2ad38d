import type { z } from 'zod';
import type { CallComponent } from '../protocol/call-component.ts';
import type { Logger } from './logger.ts';
import type { BlobStore } from './stores/blobs.ts';
import type { CacheStore } from './stores/cache.ts';
import type { FlowFiles } from './stores/files.ts';
import type { ObjectStore } from './stores/object-store.ts';

/** What a component is given beside its input. */
export interface Context {
  readonly blobs: BlobStore;
  readonly cache: CacheStore;
  /** Where blobs and cache lie, under keys of their own. */
  readonly objects: ObjectStore;
  /** Where the files are that belong to the flow. */
  readonly files: FlowFiles;
  readonly logger: Logger;
  /** Aborted when nobody waits for the result any more; its reason is the FlowError that the step fails with. */
  readonly signal: AbortSignal;
  /** The execution's ARN, or its id on a laptop. */
  readonly execution: string;
  /** The step's id. */
  readonly step: string;
  /** 0 for the first attempt, then the number of retries so far. */
  readonly attempt: number;
  /** Calls another component, where the host knows of any; a deployed function calls those its environment names. */
  readonly call?: CallComponent;
}

/** What a component says of itself. */
export interface ComponentOptions<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly description?: string;
  /** What it takes; a step's input that does not fit is INVALID_INPUT. */
  readonly input: Input;
  /** What it gives; a result that does not fit is COMPONENT_FAILED. */
  readonly output: Output;
  /** MB of memory of its function, 128 to 10,240. @default chosen where it is deployed */
  readonly memorySize?: number;
  /**
   * It takes its input as it travels, markers of spilled values unread, and gives its result so too. For components
   * that only put values together; one that looks into them has no use for it. @default false
   */
  readonly travelling?: boolean;
  /** Seconds that it may take, up to 900; then its signal is aborted; the step is retried and at last fails with TIMEOUT. @default no limit but the function's */
  readonly timeout?: number;
}

/** A component: what it says of itself, and what it does. */
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
