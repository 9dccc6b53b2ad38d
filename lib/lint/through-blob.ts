import type { Span } from '../diagnostics/diagnostics.ts';
import type { StepReference } from '../flow/expression.ts';
import type { Flow } from '../flow/flow.ts';
import { readFlow } from '../flow/read/read-flow.ts';
import type { Edit } from '../flow/text/edits.ts';
import { withInput, withStep } from './changed-flow.ts';
import type { LintedFlow, ReadByStep } from './linted-flow.ts';
import { keySpanAt } from './references.ts';
import type { Finding } from './rule.ts';
import { takingOf } from './schemas.ts';

/** The flow in which what a reference reads is stored once, and readers get the id of the blob; the fix where they all take one. */
export function throughBlob(
  linted: LintedFlow,
  { step: source, path }: StepReference,
  copies: readonly ReadByStep[],
): Pick<Finding, 'improve' | 'fix' | 'countsOn'> {
  const id = freeId(linted, `store_${source}`);
  const { editor } = linted;
  const data = editor.map([
    ['$step', editor.word(source)],
    ...(path.path.segments.length === 0 ? [] : [['path', JSON.stringify(path.text)] as const]),
  ]);
  const lines = [`id: ${id}`, 'component: /builtin/put_blob', `input: ${editor.map([['data', data]])}`];
  const store = readFlow(`steps:\n- ${lines.join('\n  ')}\n`, linted.flow.file).flow?.steps[0];
  if (!store) return {};
  const keys = copies.map((copy) => blobKey(linted, copy));
  const improve = (flow: Flow): Flow =>
    copies.reduce<Flow>(
      (changed, copy, index) =>
        withStep(changed, copy.reader.id, (reader) =>
          withInput(reader, copy.keys, blobId(id, copy.reference.span), keys[index]),
        ),
      { ...flow, steps: flow.steps.flatMap((one) => (one.id === source ? [one, store] : [one])) },
    );
  if (keys.includes(undefined)) return { improve };
  const fix = (): readonly Edit[] | undefined => {
    const span = linted.steps.get(source)?.idSpan;
    const added = span && editor.addStepAfter(span, lines);
    const edits = copies.flatMap((copy, index) => {
      const at = keySpanAt(copy.reader, copy.keys);
      const { span } = copy.reference;
      return at ? [editor.replace(at, keys[index] ?? ''), editor.replace(span, written(id))] : [];
    });
    return added && edits.length === 2 * copies.length ? [added, ...edits] : undefined;
  };
  // Each value of the step would be stored by a step of this id.
  return { improve, fix, countsOn: [`${linted.prefix}${id}`] };
}

const written = (id: string): string => `{ $step: ${id}, path: blob_id }`;

function freeId({ steps }: LintedFlow, wanted: string): string {
  let id = wanted;
  for (let number = 2; steps.has(id); number += 1) id = `${wanted}_${number}`;
  return id;
}

/** The field in which a reader takes a blob instead of a value; undefined where nothing says that it does. */
function blobKey(linted: LintedFlow, { reader, keys }: ReadByStep): string | undefined {
  const { input } = linted.schemasOf(reader);
  const name = keys.at(-1);
  if (typeof name !== 'string' || takingOf(input, keys) === 'required') return undefined;
  const around = keys.slice(0, -1);
  return [`${name}_blob`, `${name}_blob_id`, 'data_blob', 'blob_id'].find((key) => {
    const taking = takingOf(input, [...around, key]);
    return taking === 'required' || taking === 'optional';
  });
}

const blobId = (step: string, span: Span): StepReference => ({
  kind: 'step',
  step,
  path: { text: 'blob_id', path: { segments: ['blob_id'], exact: 'blob_id' }, span },
  span,
});
