import { componentSource, project } from '../run/project.ts';

export const NESTED_STACK = 'NestedFunctions';

/** The key of the context that has the folder of the flows. */
export const NESTED_FLOWS = 'stepflow-test:nested-flows';

const COMPONENTS = ['double', 'join', 'name'];

/** A project whose components are in several nested stacks, and an `eval` that calls them; answers the folder of its flows. */
export const nestedProject = (): string =>
  `${project({
    ...Object.fromEntries(
      COMPONENTS.map((name) => [
        `lambdas/part/${name}.ts`,
        componentSource(`return [${JSON.stringify(name)}, input];`),
      ]),
    ),
    'workflows/chain.yaml': `
steps:
${COMPONENTS.map((name, at) => `  - { id: ${name}, component: /part/${name}, input: ${at === 0 ? '{ $input: $ }' : `{ $step: ${COMPONENTS[at - 1]} }`} }`).join('\n')}
output: { $step: name }
`,
    'workflows/any.yaml': `
steps:
  - { id: known, component: /part/join, input: 1 }
  - { id: any, component: /eval, input: { flow: { $input: flow }, input: { $step: known } } }
output: { $step: any, path: result.result }
`,
  })}/workflows`;
