import { type CloudFormationClient, DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import type { Template } from './flow-changes.ts';

/** Of stacks that have nothing: one whose first deployment was not begun, and one that was deleted. */
const EMPTY: ReadonlySet<string | undefined> = new Set([undefined, 'REVIEW_IN_PROGRESS', 'DELETE_COMPLETE']);

/** The template that a stack was deployed with; an empty one where there is no such stack. */
export async function deployedTemplate(client: CloudFormationClient, stack: string): Promise<Template> {
  try {
    const { Stacks: [found] = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    if (EMPTY.has(found?.StackStatus)) return {};
    const { TemplateBody: text = '{}' } = await client.send(new GetTemplateCommand({ StackName: stack }));
    // The CDK writes templates in JSON.
    return JSON.parse(text);
  } catch (error) {
    // CloudFormation has no error of its own for a stack that there is not.
    if (error instanceof Error && /does not exist/.test(error.message)) return {};
    throw error;
  }
}
