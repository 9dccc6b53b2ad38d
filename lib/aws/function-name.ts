import { Fn, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ComponentFunction } from './component-function.ts';

/** The place of the name in `arn:aws:lambda:REGION:ACCOUNT:function:NAME`. */
const NAME = 6;

/**
 * The name of a function, to be read in the stack of `scope`. Another stack takes it from the ARN, which it reads already: a
 * name would be one more output of the function's stack, and a template has at most 200.
 */
export const functionNameIn = (
  scope: Construct,
  { function: { stack, functionName, functionArn } }: ComponentFunction,
): string => (stack === Stack.of(scope) ? functionName : Fn.select(NAME, Fn.split(':', functionArn)));
