import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { call } from '../cli/terminal.ts';
import { SPELLERS } from '../runtime/secrets/spellers.ts';
import { project } from './project.ts';

const SECRET = `Zq7-Planted/Key "4'2" \\&<é>`;

/** Tells its input to whoever listens, in every spelling, and ends as it is told. */
const GOSSIP = `
import { component } from 'stepflow-aws/component';
import { z } from 'zod';
import { SPELLERS } from ${JSON.stringify(fileURLToPath(new URL('../runtime/secrets/spellers.ts', import.meta.url)))};

export default component({ description: 'A test.', input: z.any(), output: z.any(), uses: ['cache'] }, async ({ key, end }, ctx) => {
  const spelled = Object.values(SPELLERS).map((spell) => spell(key));
  for (const [index, text] of spelled.entries()) {
    ctx.logger.warn(text, { [text]: [text], text });
    await ctx.cache.set(text, { [text]: text });
    await ctx.objects.write('values/texts/' + index, text);
    await ctx.objects.writeOnce('values/documents/' + index + '.json', JSON.stringify({ text, n: 1 }));
    await ctx.blobs.put([text]);
    if (/^[\\w-]+$/.test(text)) await ctx.objects.write('values/keys/' + text, '{}');
  }
  const told = new Error(spelled.join(' | '), { cause: new Error(key) });
  if (end === 'print') for (const text of spelled) console.log(text);
  if (end === 'throw') throw told;
  if (end === 'reject') {
    void Promise.reject(told);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return { spelled, nested: { [key]: spelled }, large: spelled.concat(Array(5000).fill(key)) };
});
`;

/** Gives the flow that is only known at run time. */
const FLOW_MAKER = `
import { component } from 'stepflow-aws/component';
import { z } from 'zod';

export default component({ description: 'A test.', input: z.any(), output: z.any() }, ({ end }) => ({
  steps: [{ id: 'inner', component: '/my/gossip', input: { key: { $input: 'key' }, end } }],
  output: { $step: 'inner' },
}));
`;

const variables = 'variablesSchema: { properties: { PLANTED_KEY: { type: string, is_secret: true } } }';
const secret = '{ $variable: PLANTED_KEY }';

/** Flows by what they do with the secret. How their component ends is a variable. */
const FLOWS: { readonly [name: string]: string } = {
  'in a step': `
${variables}
steps: [{ id: tell, component: /my/gossip, input: { key: ${secret}, end: { $variable: end } } }]
output: { all: { $step: tell }, some: { $step: tell, path: large } }
`,
  'in a dynamic flow': `
${variables}
steps:
  - { id: make, component: /my/flow, input: { end: { $variable: end } } }
  - { id: tell, component: /builtin/eval, input: { flow: { $step: make }, input: { key: ${secret} } } }
output: { $step: tell }
`,
  'in the items of a map': `
${variables}
steps:
  - id: tell
    component: /builtin/map
    input:
      items: [{ key: ${secret}, end: { $variable: end } }]
      workflow: { steps: [{ id: t, component: /my/gossip, input: { $input: $ } }], output: { $step: t } }
output: { $step: tell }
`,
  'in the input': `
inputSchema: { type: object, properties: { key: { type: string, is_secret: true } } }
steps: [{ id: tell, component: /my/gossip, input: { key: { $input: key }, end: { $variable: end } } }]
output: { $if: { $step: tell }, then: done }
`,
};

/** Without what stands round a text in quotes, lists and the like. */
const core = (text: string): string => text.replace(/^[^\p{L}\p{N}%&\\]+|[^\p{L}\p{N};]+$/gu, '');
const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Every spelling of the secret, also as it is in JSON and in JSON within JSON; and the part of it that most spellings keep. */
const NEEDLES: ReadonlySet<string> = new Set([
  'Planted',
  ...Object.values(SPELLERS).flatMap((spell) => {
    const spelled = core(spell(SECRET));
    return [spelled, escaped(spelled), escaped(escaped(spelled))];
  }),
]);

type PlacedText = readonly [place: string, text: string];

/** Where the secret is told: in file names, files and outputs. */
const leaksIn = (texts: readonly PlacedText[]): readonly string[] =>
  texts.flatMap(([place, text]) =>
    [...NEEDLES].filter((needle) => text.includes(needle)).map((needle) => `${place}: ${needle}`),
  );

const filesIn = (folder: string): readonly PlacedText[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry): PlacedText[] => {
    const path = join(entry.parentPath, entry.name);
    return [[`the name ${path}`, path], ...(entry.isFile() ? [[path, readFileSync(path, 'utf8')] as const] : [])];
  });

const home = project({
  ...Object.fromEntries(Object.values(FLOWS).map((flow, index) => [`flow-${index}.yaml`, flow])),
  'lambdas/my/gossip.ts': GOSSIP,
  'lambdas/my/flow.ts': FLOW_MAKER,
});
const folderOf = (name: string): string => join(home, '.stepflow', name);

beforeEach(() => {
  for (const name of ['runs', 'blobs']) rmSync(folderOf(name), { recursive: true, force: true });
});

const ENDINGS = [
  ['return', []],
  ['throw', []],
  ['reject', []],
  ['reject', ['--isolate']],
  ['print', ['--isolate']],
] as const;

describe.each(Object.keys(FLOWS))('a secret %s', (name) => {
  const isInput = name === 'in the input';
  const flow = `flow-${Object.keys(FLOWS).indexOf(name)}.yaml`;
  const given = isInput
    ? ['--input', JSON.stringify({ key: SECRET })]
    : ['--var', `PLANTED_KEY=${JSON.stringify(SECRET)}`];
  // What the flow's input holds is its data, also in blobs; only what reports tell of it is searched.
  const searched = isInput ? ['runs'] : ['runs', 'blobs'];

  test.each(ENDINGS)(
    'is in no byte that a run writes or prints whose component ends with "%s" %j',
    async (end, more) => {
      const options = [flow, ...given, '--var', `end="${end}"`, ...more];
      const plain = await call(['run', ...options], { cwd: home });
      const json = await call(['run', ...options, '--json'], { cwd: home });

      const files = searched.flatMap((folder) => filesIn(folderOf(folder)));
      const outputs = [plain.stdout, plain.stderr, json.stdout, json.stderr].map((text) => ['output', text] as const);
      expect(leaksIn([...files, ...outputs])).toEqual([]);
      // The component did tell it, to each of them.
      const cacheFiles = filesIn(folderOf('blobs')).filter(([path]) => path.includes('/cache/'));
      expect(cacheFiles.length).toBeGreaterThanOrEqual(Object.keys(SPELLERS).length);
      expect([...files, ...outputs].some(([, text]) => text.includes('[secret]') || text.includes('\u0001'))).toBe(
        true,
      );
      expect(json.code).toBe(plain.code);
    },
  );
});
