import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import pLimit from 'p-limit';
import { refusalOf } from './refusal.ts';

/** The log group of functions, and why it may be another one than theirs. */
export interface FunctionLogGroup {
  readonly name: string;
  /** What kept Lambda from telling; the name is then the one that a function has by default. */
  readonly guessed?: string;
}

/** Requests at a time. */
const REQUESTS = 8;

/**
 * The log groups of functions, by the names that they are called by: a name, or an ARN with a version or an alias. The functions of a
 * stack share one that has a name of its own, so Lambda is asked for it.
 */
export async function logGroupsOf(
  lambda: LambdaClient,
  functionNames: readonly string[],
): Promise<ReadonlyMap<string, FunctionLogGroup>> {
  const limit = pLimit(REQUESTS);
  const found = functionNames.map((name) => limit(async () => [name, await logGroupOf(lambda, name)] as const));
  return new Map(await Promise.all(found));
}

async function logGroupOf(lambda: LambdaClient, FunctionName: string): Promise<FunctionLogGroup> {
  const name = defaultGroup(FunctionName);
  try {
    const { LoggingConfig: { LogGroup = name } = {} } = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName }),
    );
    return { name: LogGroup };
  } catch (error) {
    return { name, guessed: refusalOf(error) };
  }
}

/** Source: "Sending Lambda function logs to CloudWatch Logs", AWS Lambda developer guide. */
const defaultGroup = (functionName: string): string =>
  `/aws/lambda/${/:function:([^:]+)/.exec(functionName)?.[1] ?? functionName}`;
