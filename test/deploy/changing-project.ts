import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { componentSource } from '../run/project.ts';

/** The name of the stack. */
export const CHANGING_STACK = 'Changing';

/** The context variable of the CDK app with the file of the flow. */
export const CHANGING_FLOW = 'stepflow-test:changing-flow';

/** Writes a project with a flow of `steps`, each of which calls a component of its own name, and answers the flow's file. */
export function writeChanging(
  folder: string,
  components: { readonly [name: string]: string },
  steps: readonly { readonly id: string; readonly component: string }[],
): string {
  rmSync(join(folder, 'lambdas'), { recursive: true, force: true });
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  put('package.json', '{"type": "module"}');
  for (const [name, body] of Object.entries(components))
    put(`lambdas/my/${name}.ts`, componentSource(body, 'timeout: 600'));
  const flow = {
    name: 'chain',
    steps: steps.map(({ id, component }, at) => ({
      id,
      component: `/my/${component}`,
      input: { file: { $input: 'file' }, log: at === 0 ? [] : { $step: steps[at - 1]?.id, path: 'log' } },
    })),
    output: { $step: steps.at(-1)?.id, path: 'log' },
  };
  put('workflows/chain.yaml', JSON.stringify(flow));
  return join(folder, 'workflows/chain.yaml');
}

/** A component that adds a word to the log. */
export const adds = (word: string): string => `return { log: [...input.log, ${JSON.stringify(word)}] };`;

/** A component that waits until there is a file. */
export const HOLDS = `const { existsSync } = await import('node:fs');
  while (!existsSync(input.file)) await new Promise((resolve) => setTimeout(resolve, 100));
  return { log: [...input.log, 'held'] };`;
