import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { BlobStore, Workflow } from '../../lib/aws/index.ts';
import { readProject, STACK } from './sample-project.ts';

// The CDK app of a project of samples, run in the project's folder: every flow in one stack, each with variables of its own.

const stack = new Stack(new App(), STACK);
const blobs = new BlobStore(stack, 'Blobs');
new CfnOutput(stack, 'BlobBucket', { value: blobs.bucket.bucketName });
for (const { name, flow, variables, limits } of readProject()) {
  const { stateMachineArn } = new Workflow(stack, name, { flow, variables, limits, blobs });
  new CfnOutput(stack, `${name}Arn`, { value: stateMachineArn });
}
