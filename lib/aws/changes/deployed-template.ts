import { type CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { findStack } from '../../executions/aws/find-stack.ts';
import type { Template } from './flow-changes.ts';

/** Of stacks that have nothing: one whose first deployment was not begun, and one that was deleted. */
const EMPTY: ReadonlySet<string | undefined> = new Set([undefined, 'REVIEW_IN_PROGRESS', 'DELETE_COMPLETE']);

/** The template that a stack was deployed with; an empty one where there is no such stack. */
export async function deployedTemplate(client: CloudFormationClient, stack: string): Promise<Template> {
  if (EMPTY.has((await findStack(client, stack))?.StackStatus)) return {};
  const { TemplateBody: text = '{}' } = await client.send(new GetTemplateCommand({ StackName: stack }));
  // The CDK writes templates in JSON.
  return JSON.parse(text);
}
