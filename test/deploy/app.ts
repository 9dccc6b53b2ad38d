import { CfnOutput, Stack } from 'aws-cdk-lib';
import { app } from '../../bin/app.ts';
import { BlobStore, Workflow, WorkflowApi } from '../../lib/aws/index.ts';
import { readProject, SAMPLES_FOLDER, STACK } from './sample-project.ts';

// The repository's CDK app with one more stack, for the flows of a project of samples, each with its own variables.

const stack = new Stack(app, STACK);
const blobs = new BlobStore(stack, 'Blobs');
new CfnOutput(stack, 'BlobBucket', { value: blobs.bucket.bucketName });
for (const { name, flow, variables, limits } of readProject(app.node.getContext(SAMPLES_FOLDER))) {
  const workflow = new Workflow(stack, name, { flow, variables, limits, blobs });
  new CfnOutput(stack, `${name}Arn`, { value: workflow.stateMachineArn });
  // The repository's own flows are all Standard ones.
  if (workflow.compiled.type !== 'EXPRESS') continue;
  const { url } = new WorkflowApi(stack, `${name}Api`, { workflows: [workflow] });
  new CfnOutput(stack, `${name}ApiUrl`, { value: url });
}
