// A CDK app of one's own.
import { App, Stack } from 'aws-cdk-lib';
import { Workflow } from 'stepflow-aws/cdk';

const app = new App();
new Workflow(new Stack(app, 'Own'), 'Count', { flow: 'workflows/count.yaml' });
