import { inputField } from '../../compiler/analyse/builtins.ts';
import type { Step } from '../../flow/flow.ts';
import type { LintedFlow } from '../linted-flow.ts';
import type { Rule } from '../rule.ts';
import type { Taking } from '../schemas.ts';

/** Whether a blob holds a flow, which is run by its id. */
function holdsFlow(step: Step): boolean {
  const type = inputField(step, 'blob_type');
  return type?.kind === 'literal' && type.value === 'flow';
}

/** Whether a reader needs the id and not the value: it says so, or, being built in, runs it or passes it on. */
const takesIds = (linted: LintedFlow, step: Step, reader: Step): boolean =>
  linted.readersOf(step.id).some(({ keys }) => TAKEN.has(linted.takingOf(reader, keys)));

const TAKEN: ReadonlySet<Taking> = new Set(['required', 'optional']);

export const blobReadOnce: Rule = {
  code: 'blob-read-once',
  severity: 'warning',
  finds: 'a blob that a single step reads',
  guide: 'Use Blob Storage for Large Data',
  why: 'What is too large for a payload goes through the blob store by itself; a blob pays where several steps read it.',
  find: (linted) => {
    return linted.flow.steps
      .filter((step) => linted.isBuiltin(step, 'put_blob') && !holdsFlow(step))
      .flatMap((step) => {
        const readers = new Set(linted.readersOf(step.id).map(({ reader }) => reader));
        const [reader] = readers;
        // What the output tells is read by others.
        if (!reader || readers.size > 1 || linted.referencesTo(step.id).length > linted.readersOf(step.id).length)
          return [];
        if (!linted.isBuiltin(reader, 'get_blob') && takesIds(linted, step, reader)) return [];
        return [
          {
            span: step.idSpan,
            step: step.id,
            message: `Only step "${reader.id}" reads the blob of "${step.id}"`,
            help: linted.isBuiltin(reader, 'get_blob')
              ? `Remove both steps, and read the value itself where "${reader.id}" is read: if it is large, it travels in a blob anyway.`
              : `Pass the value itself to "${reader.id}": if it is large, it travels in a blob anyway.`,
          },
        ];
      });
  },
};
