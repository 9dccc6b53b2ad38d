import type { Json } from '../../lib/runtime/index.ts';
import type { NamedSample } from './sample-project.ts';

/** How a run must end. */
export type Wanted =
  | { readonly outcome: 'success'; readonly result: Json }
  | { readonly outcome: 'skipped' }
  /** With the codes of all failures that may come first. */
  | { readonly outcome: 'failed'; readonly failures: readonly string[] };

/** A flow, and how the run with each of its inputs must end. */
export interface JudgedSample extends NamedSample {
  readonly wanted: readonly Wanted[];
}
