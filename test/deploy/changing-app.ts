import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Workflow } from '../../lib/aws/index.ts';
import { machineDescription } from '../../lib/protocol/deployed.ts';
import { CHANGING_FLOW, CHANGING_STACK } from './changing-project.ts';

// A CDK app with one flow, whose state machines are so small that a long flow has several.

const app = new App();
const stack = new Stack(app, CHANGING_STACK);
const flow = app.node.getContext(CHANGING_FLOW);
const { aliasArn, stateMachineArn } = new Workflow(stack, 'Chain', { flow, limits: { definitionBytes: 6000 } });
new CfnOutput(stack, 'ChainArn', { value: stateMachineArn, description: machineDescription('chain') });
new CfnOutput(stack, 'ChainAlias', { value: aliasArn });
