import type { ReadPath } from '../../flow/expression.ts';
import { afterOf, type Step } from '../../flow/flow.ts';
import { blobKey } from '../../protocol/invocation.ts';
import { storedData } from './blob-steps.ts';
import type { FlowPass } from './pass.ts';
import { mapOf } from './pure-value.ts';
import { type FlowQueries, type InlinedValue, type InliningRule, StepInliner } from './step-inliner.ts';

const NAME = 'fuse-put-blob';

const rule: InliningRule = { name: NAME, valueOf: storedBySource };

/** A `put_blob` of a step's result is done by the function of that step: the data never enters the state machine. */
export const fusePutBlob: FlowPass<'fuse-put-blob'> = {
  rewrites: 'flow',
  name: NAME,
  title: 'results are stored as blobs by the functions that return them',
  rewrite: (context) => {
    const rewritten = new StepInliner(context, rule).rewrite();
    return rewritten.absorbed.length > 0 ? rewritten : undefined;
  },
};

function storedBySource(step: Step, { workFinder: needs }: FlowQueries): InlinedValue | undefined {
  const data = storedData(step);
  if (data?.kind !== 'step' || data.onSkip !== undefined || !needs.canAttach(step, data, true)) return undefined;
  // It would be stored before a step ends that it comes after.
  if (afterOf(step).some((id) => id !== data.step)) return undefined;
  const path: ReadPath = { text: blobKey(data.path.text), path: { segments: [] }, guaranteed: true };
  return {
    value: mapOf([['blob_id', { ...data, path }]], step),
    input: step.input,
    work: { attached: [{ to: data.step, step: step.id, path: data.path.text, does: 'store' }], requires: [] },
  };
}
