import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkFlows } from '../../lib/project/load-flows.ts';
import { project } from '../run/project.ts';

const greeter = (output: string): string => `
import { component } from 'stepflow-aws/component';
import * as z from 'zod';

export default component(
  { input: z.object({ name: z.string(), times: z.coerce.number().optional() }), output: z.object(${output}) },
  ({ name }) => ({ text: name }),
);
`;

const codes = async (home: string, ...sources: readonly string[]) => {
  const flows = sources.map((source, index) => ({ file: `${index}.yaml`, home, source }));
  return (await checkFlows(flows)).map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);
};

describe('flows are checked', () => {
  it('against the schemas of their own components and of the built-in ones, in one go', async () => {
    const home = project({ 'lambdas/hello/greet.ts': greeter('{ text: z.string() }') });
    const good = 'steps: [{ id: a, component: /hello/greet, input: { name: Ada, times: "3" } }]';
    const bad = `steps:
- { id: a, component: /hello/greet, input: { name: 1 } }
- { id: b, component: /put_blob, input: { data: { $step: a, path: txt } } }
- { id: c, component: /data/extract_multiple, input: { data: { $step: b }, fields: blob_id } }
`;
    expect(await codes(home, good, bad)).toEqual([
      '1.yaml:2:52 input-type',
      '1.yaml:3:67 unknown-path',
      '1.yaml:4:84 input-type',
    ]);
  });

  it('with what their components are now', async () => {
    const flow =
      '[{ id: a, component: /hello/greet, input: { name: x } }, { id: b, component: /noop, input: { $step: a, path: text } }]';
    const before = project({ 'lambdas/hello/greet.ts': greeter('{ text: z.string() }') });
    const after = project({ 'lambdas/hello/greet.ts': greeter('{ words: z.string() }') });
    expect(await codes(before, flow)).toEqual([]);
    expect(await codes(after, flow)).toEqual(['0.yaml:1:110 unknown-path']);
  });

  it('as far as the compiler gets: a flow that does not compile is not checked, the others are', async () => {
    const home = project({ 'lambdas/hello/greet.ts': greeter('{ text: z.string() }') });
    const broken = 'steps: [{ id: a, component: /hello/greet, input: { $step: b } }]';
    const bad = '[{ id: a, component: /hello/greet, input: {} }, { id: b, component: /hello/gret }]';
    expect(await codes(home, broken, bad)).toEqual([
      '0.yaml:1:50 unknown-step',
      '1.yaml:1:43 input-type',
      '1.yaml:1:69 unknown-component',
    ]);
  });

  it('and one that is broken does not keep the others from being checked', async () => {
    const home = project({
      'lambdas/hello/greet.ts': greeter('{ text: z.string() }'),
      'lambdas/hello/broken.ts': 'export default component(;',
    });
    const broken = '[{ id: a, component: /hello/broken }]';
    const bad = '[{ id: a, component: /hello/greet, input: { name: 1 } }]';
    expect((await codes(home, broken, bad)).map((code) => code.replace(/^.*lambdas/, 'lambdas'))).toEqual([
      '1.yaml:1:51 input-type',
      'lambdas/hello/broken.ts:1:26 component-not-bundled',
    ]);
  });

  it('and a component that cannot be loaded is told once', async () => {
    const home = project({ 'lambdas/hello/greet.ts': 'throw new Error("no")' });
    const found = await checkFlows(
      ['a', 'b'].map((id) => ({
        file: join(home, `${id}.yaml`),
        home,
        source: `[{ id: ${id}, component: /hello/greet }]`,
      })),
    );
    expect(found.map(({ code }) => code)).toEqual(['component-not-bundled']);
  });
});
