import type { Step } from '../../flow/flow.ts';
import type { LintedFlow, ReadByStep } from '../linted-flow.ts';
import { isWhole } from '../references.ts';
import type { Finding, Rule, Severity } from '../rule.ts';
import { LARGE_BYTES, type Size } from '../sizes.ts';
import { throughBlob } from '../through-blob.ts';
import { hasWord } from '../words.ts';

export const largeCopy: Rule = {
  code: 'large-copy',
  severity: 'warning',
  finds: 'a large value (by profile, schema or mock) that several steps read whole, without put_blob',
  guide: 'Large Data Copying',
  why: 'What is too large for a payload travels in a blob in any case, and each function then reads all of it.',
  find: (linted) => linted.flow.steps.flatMap((step) => findingOf(linted, step) ?? []),
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

function findingOf(linted: LintedFlow, step: Step): Finding | undefined {
  if (linted.isBuiltin(step, 'put_blob', 'create_messages', 'get_blob')) return undefined;
  const copies = linted
    .readersOf(step.id)
    .filter((read) => isWhole(read) && !linted.isBuiltin(read.reader, 'put_blob', 'extract', 'extract_multiple'));
  const readers = [...new Set(copies.map(({ reader }) => reader.id))];
  const [first] = copies;
  if (!first || readers.length < 2) return undefined;
  const size = linted.sizeOf(first.reference);
  const severity = severityOf(size, step, copies);
  return (
    severity && {
      ...describe(step, readers, size),
      ...throughBlob(linted, step, copies),
      severity,
      span: first.reference.span,
    }
  );
}

/** A value of which nothing is known is large where its name says so, and else may be. */
function severityOf(size: Size, step: Step, copies: readonly ReadByStep[]): Severity | undefined {
  if (typeof size === 'number') return size >= LARGE_BYTES ? 'warning' : undefined;
  const names = [step.id, step.component, ...copies.flatMap(({ keys }) => keys.map(String))];
  return names.some((name) => hasWord(name, LARGE)) ? 'warning' : 'info';
}

const describe = (step: Step, readers: readonly string[], size: Size): Omit<Finding, 'span'> => ({
  step: step.id,
  message: `All of the result of "${step.id}"${typeof size === 'number' ? `, ${Math.ceil(size / 1024)} KiB,` : ', whose size nothing limits,'} goes to ${readers.length} steps: ${readers.map((id) => `"${id}"`).join(', ')}`,
  help: `Store it once, with a step of /builtin/put_blob, and pass { $step: ID, path: blob_id }; each reader then takes what it needs. ${
    typeof size === 'number' ? '' : 'If it is small, say so: with a maxItems in its outputSchema, or a mock in a test.'
  }`.trim(),
});
