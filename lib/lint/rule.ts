import type { Diagnostic, Span } from '../diagnostics/diagnostics.ts';
import type { Flow } from '../flow/flow.ts';
import type { Edit } from '../flow/text/edits.ts';
import type { LintedFlow } from './linted-flow.ts';

/** How much a finding of a rule matters. */
export type Severity = Diagnostic['severity'];

/** A place where a flow does not do what the guide says. */
export interface Finding {
  readonly span: Span;
  /** The id of the step that it is about, in the flow that the step is in. */
  readonly step?: string;
  readonly message: string;
  /** How to mend it. */
  readonly help: string;
  /** @default that of the rule */
  readonly severity?: Severity;
  /** The flow as it would be, from which the cost of the finding is computed. @default what it costs is not known */
  readonly improve?: (flow: Flow) => Flow;
  /** The text's edits that make it {@link improve}d. @default nothing can be mended without knowing more */
  readonly fix?: () => readonly Edit[] | undefined;
  /** What the fix counts on: of those that count on the same, only one is safe at a time. @default nothing */
  readonly countsOn?: readonly string[];
}

/** A rule of the guide. */
export interface Rule {
  readonly code: string;
  readonly severity: Severity;
  /** What it finds, as the object of "finds". */
  readonly finds: string;
  /** The heading of the guide's section. */
  readonly guide: string;
  /** Why it matters here, where the compiler does part of the work itself. */
  readonly why: string;
  /** How the cost of a finding is introduced. @default 'It costs' */
  readonly saving?: string;
  /** Set if `--fix` mends some of its findings. */
  readonly mends?: true;
  readonly find: (linted: LintedFlow) => readonly Finding[];
}
