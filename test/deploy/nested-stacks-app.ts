import { App } from 'aws-cdk-lib';
import { StepflowStack } from '../../lib/aws/index.ts';
import { NESTED_FLOWS, NESTED_STACK } from './nested-stacks-project.ts';

// A CDK app whose functions are in nested stacks, as those of a large app are.

const app = new App();
new StepflowStack(app, NESTED_STACK, { workflows: app.node.getContext(NESTED_FLOWS), nestedFunctions: true });
