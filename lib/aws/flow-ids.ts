import { sha256 } from '../runtime/stores/blobs.ts';
import { pascalCase } from './component-ids.ts';

/** What else is in the stack of a folder, and in every stack of the CDK. */
const TAKEN: ReadonlySet<string> = new Set([
  ...['Api', 'ApiUrl', 'Blobs', 'BlobBucket', 'Components', 'StepflowLogs', 'FunctionLog', 'ExecutionLog'],
  ...['StepflowAlarms', 'StepflowDashboard', 'DashboardUrl'],
  ...[
    'AcknowledgedFindings',
    'BootstrapVersion',
    'CDKMetadata',
    'CDKMetadataAvailable',
    'CheckBootstrapVersion',
    'Exports',
  ],
]);

/** CloudFormation allows 255 characters in the name of an output; the CDK adds to the names of what a construct has. */
const LONGEST = 150;

/** Words in lower case with hyphens between them: no two such names are the same construct id. */
const KEBAB = /^[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*$/;

/**
 * Construct ids for flows, by their names: `UserInsights` for `user-insights`. A name that cannot be an id, or whose id is
 * taken, has a hash of the name in it. Of several names with the same id, the one in lower case with hyphens keeps it: so the
 * id of such a flow does not depend on which other flows there are. Ids are part of the names of what is deployed.
 */
export function constructIds(names: readonly string[]): ReadonlyMap<string, string> {
  const plain = names.map(pascalCase);
  const outputs = new Set(plain.flatMap((id) => [outputId(id), aliasOutputId(id)]));
  const isShared = (id: string): boolean => plain.indexOf(id) !== plain.lastIndexOf(id);
  const canBePlain = (id: string, name: string): boolean =>
    id !== '' &&
    id.length <= LONGEST &&
    !TAKEN.has(id) &&
    !TAKEN.has(outputId(id)) &&
    !TAKEN.has(aliasOutputId(id)) &&
    !outputs.has(id) &&
    (KEBAB.test(name) || !isShared(id));
  return new Map(
    names.map((name) => {
      const id = pascalCase(name);
      return [name, canBePlain(id, name) ? id : hashed(id, name)];
    }),
  );
}

/** The id of the output with the ARN of a flow's state machine. */
export const outputId = (constructId: string): string => `${constructId}Arn`;

/** The id of the output with the ARN of the alias of a flow's state machine. */
export const aliasOutputId = (constructId: string): string => `${constructId}Alias`;

const hashed = (plain: string, name: string): string =>
  `${plain.slice(0, LONGEST) || 'Flow'}${sha256(name).slice(0, 8)}`;
