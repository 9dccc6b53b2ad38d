import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Names, Stage } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import type { PublishedFlow } from '../executions/aws/deployed-flows.ts';

/**
 * Uploads what is known of a flow at synthesis, for the command line: it asks for executions of any version, and each version
 * names its own file. Answers the file's place, `s3://BUCKET/KEY`; the key is the hash of the content.
 */
export function publishFacts(workflow: Construct, facts: PublishedFlow): string {
  const file = join(Stage.of(workflow)?.outdir ?? tmpdir(), `${Names.uniqueId(workflow)}.facts.json`);
  writeFileSync(file, JSON.stringify(facts));
  return new Asset(workflow, 'Facts', { path: file }).s3ObjectUrl;
}
