import { type CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import type { Template } from './flow-changes.ts';

/** The template that a stack was deployed with; an empty one where there is no such stack. */
export async function deployedTemplate(client: CloudFormationClient, stack: string): Promise<Template> {
  try {
    const { TemplateBody: text = '{}' } = await client.send(new GetTemplateCommand({ StackName: stack }));
    // The CDK writes templates in JSON.
    return JSON.parse(text);
  } catch (error) {
    // CloudFormation has no error of its own for a stack that there is not.
    if (error instanceof Error && /does not exist/.test(error.message)) return {};
    throw error;
  }
}
