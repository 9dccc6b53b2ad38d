import type { Reporter } from '../../diagnostics/diagnostics.ts';
import type { Flow } from '../flow.ts';
import { awsOf, workflowType } from '../read/aws-metadata.ts';
import type { Tree } from '../text/tree.ts';
import { readCompletion } from './read-completion.ts';
import { readTriggers } from './read-triggers.ts';

/** Reads what starts a flow, and who is told how its executions end: parts of `metadata.aws`. `tree`: that of the flow's file. */
export function readStarts(tree: Tree, flow: Flow, reporter: Reporter): Pick<Flow, 'triggers' | 'completion'> {
  const aws = tree.kind === 'map' ? awsOf(tree.entries.get('metadata')?.value) : undefined;
  if (aws?.kind !== 'map') return {};
  const triggers = aws.entries.get('triggers')?.value;
  const onSuccess = aws.entries.get('onSuccess') ?? aws.entries.get('on_success');
  const onFailure = aws.entries.get('onFailure') ?? aws.entries.get('on_failure');
  for (const entry of [onSuccess, onFailure])
    if (entry && workflowType(flow) === 'EXPRESS') reporter.report('express-completion', {}, entry.key);
  const completion = {
    onSuccess: readCompletion('onSuccess', onSuccess?.value, reporter),
    onFailure: readCompletion('onFailure', onFailure?.value, reporter),
  };
  const isTold = completion.onSuccess.length + completion.onFailure.length > 0;
  return { ...(triggers && { triggers: readTriggers(triggers, reporter) }), ...(isTold && { completion }) };
}
