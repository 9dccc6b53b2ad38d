import {
  type FunctionConfiguration,
  type LambdaClient,
  ListTagsCommand,
  paginateListFunctions,
  paginateListVersionsByFunction,
} from '@aws-sdk/client-lambda';
import pLimit from 'p-limit';
import { COMPONENTS_VARIABLE } from '../../protocol/call-component.ts';
import { STACK_TAG } from '../../protocol/deployed.ts';
import { BLOBS_VARIABLE } from '../../runtime/stores/open-store.ts';
import type { DeployedFunction, FunctionVersion } from './deployment.ts';

/** Requests at a time. */
const REQUESTS = 8;

/** The components' functions that were deployed with a stack, now or before. */
export async function readFunctions(lambda: LambdaClient, stack: string): Promise<readonly DeployedFunction[]> {
  const limit = pLimit(REQUESTS);
  const candidates: FunctionConfiguration[] = [];
  // Every component's function has a store of blobs; of others it is not asked whose they are.
  for await (const { Functions: page = [] } of paginateListFunctions({ client: lambda }, {}))
    candidates.push(
      ...page.filter(({ Environment: { Variables: env = {} } = {} }) => env[BLOBS_VARIABLE] !== undefined),
    );
  const found = candidates.map(({ FunctionArn: arn = '', Role: roleArn = '' }) =>
    limit(async () => {
      const { Tags: tags = {} } = await lambda.send(new ListTagsCommand({ Resource: arn }));
      return tags[STACK_TAG] === stack ? [{ arn, roleArn, versions: await readVersions(lambda, arn) }] : [];
    }),
  );
  return (await Promise.all(found)).flat();
}

async function readVersions(lambda: LambdaClient, functionName: string): Promise<readonly FunctionVersion[]> {
  const versions: FunctionVersion[] = [];
  const request = { FunctionName: functionName };
  for await (const { Versions: page = [] } of paginateListVersionsByFunction({ client: lambda }, request))
    for (const { Version: version, Role: roleArn = '', Environment: { Variables: env = {} } = {} } of page) {
      if (version === undefined || version === '$LATEST') continue;
      const table = env[COMPONENTS_VARIABLE];
      versions.push({ arn: `${functionName}:${version}`, roleArn, ...(table !== undefined && { table }) });
    }
  return versions;
}
