import { groupBy } from '../../compiler/passes/group-by.ts';
import type { Step } from '../../flow/flow.ts';
import type { LintedFlow, ReadByStep } from '../linted-flow.ts';
import { isWhole } from '../references.ts';
import type { Finding, Rule, Severity } from '../rule.ts';
import { LARGE_BYTES, type Size } from '../sizes.ts';
import { throughBlob } from '../through-blob.ts';
import { hasWord, quoted } from '../words.ts';

export const largeCopy: Rule = {
  code: 'large-copy',
  severity: 'warning',
  finds:
    'a large value (by profile, schema or mock) that several steps read whole, without put_blob; for information where nothing says how large it is',
  guide: 'Large Data Copying',
  why: 'What is too large for a payload travels in a blob in any case, and each function then reads all of it.',
  mends: true,
  find: (linted) => linted.flow.steps.flatMap((step) => findingsOf(linted, step)),
};

const LARGE = new Set([
  'large',
  'huge',
  'massive',
  'big',
  'bulk',
  'dataset',
  'datasets',
  'corpus',
  'archive',
  'dump',
  'documents',
]);

function findingsOf(linted: LintedFlow, step: Step): readonly Finding[] {
  if (linted.isBuiltin(step, 'put_blob', 'create_messages', 'get_blob')) return [];
  const copies = linted
    .readersOf(step.id)
    // Of what is only tested, the function that has it says the outcome: nothing is copied.
    .filter(({ isTested }) => !isTested)
    .filter(({ reader }) => !linted.isBuiltin(reader, 'put_blob', 'extract', 'extract_multiple'));
  const byPath = groupBy(
    copies,
    ({ reference }) => JSON.stringify(reference.path.path.segments),
    (read) => read,
  );
  return [...byPath.values()].flatMap((reads) => findingOf(linted, step, reads) ?? []);
}

/** `copies`: the reads of one path of a step's result. */
function findingOf(linted: LintedFlow, step: Step, copies: readonly ReadByStep[]): Finding | undefined {
  const readers = [...new Set(copies.map(({ reader }) => reader.id))];
  const [first] = copies;
  if (!first || readers.length < 2) return undefined;
  const size = linted.sizeOf(first.reference);
  const severity = severityOf(size, step, copies);
  return (
    severity && {
      ...describe(first, readers, size),
      ...throughBlob(linted, first.reference, copies),
      severity,
      span: first.reference.span,
    }
  );
}

/** A value of which nothing is known is large where its name says so; a list without a limit may be. */
function severityOf(size: Size, step: Step, copies: readonly ReadByStep[]): Severity | undefined {
  if (typeof size === 'number') return size >= LARGE_BYTES ? 'warning' : undefined;
  if (!copies.every(isWhole)) return undefined;
  const names = [step.id, step.component, ...copies.flatMap(({ keys }) => keys.map(String))];
  if (names.some((name) => hasWord(name, LARGE))) return 'warning';
  return size === 'unbounded' ? 'info' : undefined;
}

function describe(read: ReadByStep, readers: readonly string[], size: Size): Omit<Finding, 'span'> {
  const { step, path } = read.reference;
  const what = isWhole(read) ? 'All of the result' : `"${path.text}" of the result`;
  const known = typeof size === 'number';
  const large = known ? `${Math.ceil(size / 1024)} KiB,` : 'whose size nothing limits,';
  return {
    step,
    message: `${what} of "${step}", ${large} goes to ${readers.length} steps: ${quoted(readers)}`,
    help: `Store it once, with a step of /builtin/put_blob, and pass { $step: ID, path: blob_id }; each reader then takes what it needs.${
      known ? '' : ' If it is small, say so: with a maxItems in its outputSchema, or a mock in a test.'
    }`,
  };
}
