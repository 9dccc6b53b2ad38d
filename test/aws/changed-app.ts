import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Workflow, type WorkflowProps } from '../../lib/aws/index.ts';
import { componentSource, project } from '../run/project.ts';
import { testApp } from './test-app.ts';

/** What the components of a project return, by the last parts of their paths; their options, where they have any. */
export interface Sources {
  readonly [name: string]: string | { readonly returns: string; readonly options: string };
}

/** Flow and components as they are at the moment. */
export interface State {
  readonly components: Sources;
  /** The components that the flow calls, one after the other. @default all */
  readonly calls?: readonly string[];
  /** Whether the flow is an Express workflow. */
  readonly express?: boolean;
  readonly props?: Partial<WorkflowProps>;
  /** Whether the project is in a folder that no other has been in. */
  readonly elsewhere?: boolean;
  /** Changes the stack before it is synthesised. */
  readonly change?: (workflow: Workflow, stack: Stack) => void;
}

/** The folders of projects, by their files: a process prepares the components of one once, however often it has their flow. */
const homes = new Map<string, string>();

/** The template of a stack with the flow, as `cdk synth` writes it. A process reads a component once, so each has a folder. */
export function synthesise(state: State): Template {
  const { components, calls, express = false, props = {}, elsewhere = false, change = () => {} } = state;
  const sources = Object.entries(components).map(([name, source]) => {
    const { returns, options } = typeof source === 'string' ? { returns: source, options: '' } : source;
    return [`lambdas/my/${name}.ts`, componentSource(`return ${JSON.stringify(returns)};`, options)] as const;
  });
  const flow = 'workflows/flow.yaml';
  const text = chainOf(calls ?? Object.keys(components), express);
  const files = { ...Object.fromEntries(sources), [flow]: text };
  const key = JSON.stringify(files);
  const home = (elsewhere ? undefined : homes.get(key)) ?? project(files);
  homes.set(key, home);
  const stack = new Stack(testApp(), 'Stack');
  change(new Workflow(stack, 'Flow', { flow: join(home, flow), ...props }), stack);
  return Template.fromStack(stack);
}

/** A flow of steps, each of which reads the one before it. */
const chainOf = (calls: readonly string[], express: boolean): string =>
  JSON.stringify({
    name: 'flow',
    ...(express && { metadata: { aws: { type: 'EXPRESS' } } }),
    steps: calls.map((name, at) => ({
      id: name,
      component: `/my/${name}`,
      input: at === 0 ? { $input: '$' } : { $step: calls[at - 1] },
    })),
    output: { $step: calls.at(-1) },
  });

/** The logical ids of a template's resources of a type; of those whose ids match, if that is asked for. */
export const idsOf = (template: Template, type: string, matching = /./): readonly string[] =>
  Object.keys(template.findResources(type))
    .filter((id) => matching.test(id))
    .sort();
