import { type Diagnostic, diagnose, Reporter, type Span } from '../../diagnostics/diagnostics.ts';
import { Fields } from '../../flow/text/fields.ts';
import { Suggestions } from '../../flow/text/nearest.ts';
import { readTree } from '../../flow/text/read-tree.ts';
import { describe, type Entry, type Tree } from '../../flow/text/tree.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import type { Profile, Timing } from './durations.ts';

/** A profile as read from its file. */
export interface ReadProfile {
  readonly file: string;
  /** Absent if a diagnostic is an error. */
  readonly profile?: Profile;
  /** Where each step is in the file. */
  readonly stepSpans: ReadonlyMap<string, Span>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the text of a profile. What is wrong with it is a diagnostic; nothing is thrown. */
export function readProfile(source: string, file: string): ReadProfile {
  const reporter = new Reporter(file);
  const tree = readTree(source, reporter);
  const root = tree && mapOf(tree, 'a profile', reporter);
  const fields = root && new Fields(root, 'a profile', ['source', 'steps', 'components'], reporter);
  // Where it is from is for people: nothing depends on it.
  const origin = fields?.tree('source');
  if (origin) mapOf(origin, '"source" of a profile', reporter);
  const steps = timings(fields?.tree('steps'), 'step', reporter);
  const components = timings(fields?.tree('components'), 'component', reporter);
  return {
    file,
    ...(fields && !reporter.failed && { profile: { steps: steps.times, components: components.times } }),
    stepSpans: steps.spans,
    diagnostics: reporter.diagnostics,
  };
}

interface Timings {
  readonly times: { readonly [key: string]: Timing };
  readonly spans: ReadonlyMap<string, Span>;
}

function timings(tree: Tree | undefined, kind: 'step' | 'component', reporter: Reporter): Timings {
  const map = tree && mapOf(tree, `"${kind}s" of a profile`, reporter);
  const entries = [...(map?.entries ?? [])];
  const times = entries.flatMap(([key, entry]): (readonly [string, Timing])[] => {
    const seconds = readSeconds(entry, `the ${kind} "${key}" of a profile`, reporter);
    return seconds === undefined ? [] : [[key, { seconds, ...besides(entry) }]];
  });
  return { times: Object.fromEntries(times), spans: new Map(entries.map(([key, entry]) => [key, entry.key])) };
}

/** The longest duration of an execution. */
const MAX_SECONDS = QUOTAS.standardSeconds;

/** The `seconds` of an entry, which may have other fields besides. */
function readSeconds({ key, value }: Entry, where: string, reporter: Reporter): number | undefined {
  const seconds = mapOf(value, where, reporter)?.entries.get('seconds')?.value;
  const measured = seconds?.kind === 'scalar' ? seconds.value : undefined;
  if (typeof measured === 'number' && measured >= 0 && measured <= MAX_SECONDS) return measured;
  const isLong = typeof measured === 'number' && measured > MAX_SECONDS;
  const wanted = isLong ? `a number of at most ${MAX_SECONDS}, a year,` : 'a number of at least 0';
  if (seconds)
    reporter.report('wrong-type', { what: `"seconds" of ${where}`, found: describe(seconds), wanted }, seconds.span);
  else if (value.kind === 'map') reporter.report('missing-key', { key: 'seconds', where }, key);
  return undefined;
}

const BESIDES = [
  'p25Seconds',
  'p75Seconds',
  'calls',
  'inputBytes',
  'outputBytes',
  'billedSeconds',
  'maxMemoryMb',
] as const;

/** What else an entry says of the same calls. */
function besides({ value }: Entry): Omit<Timing, 'seconds'> {
  const entries = value.kind === 'map' ? value.entries : new Map<string, Entry>();
  const numbers = BESIDES.flatMap((key) => {
    const tree = entries.get(key)?.value;
    return tree?.kind === 'scalar' && typeof tree.value === 'number' && tree.value >= 0 ? [[key, tree.value]] : [];
  });
  return Object.fromEntries(numbers);
}

function mapOf(tree: Tree, what: string, reporter: Reporter): Extract<Tree, { kind: 'map' }> | undefined {
  if (tree.kind === 'map') return tree;
  reporter.report('wrong-type', { what, found: describe(tree), wanted: 'a map' }, tree.span);
  return undefined;
}

/**
 * The diagnostics of a profile: its own, and a warning for each of its steps that the flow does not have, most likely because
 * the flow has changed since it was measured. There are no such warnings if the flow did not compile.
 */
export function profileDiagnostics(
  { file, profile, stepSpans, diagnostics }: ReadProfile,
  { stateMachine, flow, steps, absorbed }: ProfiledFlow,
): readonly Diagnostic[] {
  if (!profile || !stateMachine) return diagnostics;
  const ids = [...(flow?.steps ?? []), ...steps, ...absorbed].map(({ id }) => id);
  const known = new Set(ids);
  const suggestions = new Suggestions(ids);
  const unknown = [...stepSpans].filter(([step]) => !known.has(step));
  return [
    ...diagnostics,
    ...unknown.map(([step, span]) =>
      diagnose('unknown-profile-step', { step, nearest: suggestions.nearest(step) }, { file, ...span }),
    ),
  ];
}

interface Named {
  readonly id: string;
}

/** The parts of a compiled flow that its profile is compared with. */
interface ProfiledFlow {
  readonly stateMachine?: unknown;
  readonly flow?: { readonly steps: readonly Named[] };
  readonly steps: readonly Named[];
  readonly absorbed: readonly Named[];
}

/** The profile's file for a flow's file: `NAME.profile.json` for `NAME.yaml`, `NAME.flow.yaml` or `NAME.flow.json`. */
export const profileFileOf = (flowFile: string): string =>
  `${flowFile.replace(/(?:\.flow)?\.(?:ya?ml|json)$/, '')}.profile.json`;
