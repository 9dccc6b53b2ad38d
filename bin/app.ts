import { App } from 'aws-cdk-lib';
import { StepflowStack, WorkflowError } from '../lib/aws/index.ts';

// The CDK app: every flow of workflows/ in one stack. `npx cdk deploy` runs it, as cdk.json says.

/** Exported so that the deployment tests can add a stack of their own. */
export const app = new App();

try {
  new StepflowStack(app, 'StepflowStack', { description: 'Every flow of workflows/, and an HTTP API to start them' });
} catch (error) {
  if (!(error instanceof WorkflowError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
