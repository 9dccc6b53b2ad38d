import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GENERATED, table } from './markdown.ts';

const FOLDER = 'examples';

const INTRODUCTION = `# Examples

Realistic flows in the style that we recommend, a file each, with the cases that test them. Most stand where a product has
services of its own: [\`stepflow-config.yml\`](../${FOLDER}/stepflow-config.yml) has mocks of these, so that all of them run here; what is small
enough is real, in \`${FOLDER}/lambdas\`.

\`\`\`console
$ npx stepflow test ${FOLDER}
$ npx stepflow run ${FOLDER}/order.yaml
\`\`\`

Those that ask a chat model want a key to be run, in \`OPENAI_API_KEY\`; their cases do not. What the performance guide shows is in
\`workflows/\`.
`;

/** What a reader may look for, and how it is written in a flow. */
const CONSTRUCTS: readonly { readonly what: string; readonly written: RegExp }[] = [
  { what: '`$eq`, `$ne`, `$in`', written: /\$(eq|ne|in):/ },
  { what: '`$lt`, `$lte`, `$gt`, `$gte`', written: /\$(lt|gt)e?:/ },
  { what: '`$and`, `$or`, `$not`', written: /\$(and|or|not):/ },
  { what: '`$concat`, `$length`', written: /\$(concat|length):/ },
  { what: '`$coalesce`', written: /\$coalesce:/ },
  { what: '`skipIf`', written: /skipIf:/ },
  { what: '`after`', written: /^ +after:/m },
  { what: '`onError: retry`', written: /action: retry/ },
  { what: '`onError: useDefault`', written: /action: useDefault/ },
  { what: '`timeout`', written: /timeout:/ },
  { what: '`map`', written: /component: \/builtin\/map$/m },
  { what: '`variables` of an inner flow', written: /^ {6,}variables: \{/m },
  { what: '`iterate`', written: /component: \/builtin\/iterate$/m },
  { what: 'waiting for a person or a machine', written: /component: \/builtin\/(approval|wait_for_callback)$/m },
  { what: 'variables', written: /^variables/m },
  { what: 'a cache', written: /\/cache\/check/ },
  { what: 'a blob', written: /\/put_blob/ },
  { what: 'a chat model', written: /\/builtin\/openai/ },
  { what: 'anchors and aliases for a condition that is used twice', written: /&(?!never)\w+\n? *(\{|\$|\n +\$)/ },
];

const MOST_LINKS = 4;

interface Example {
  readonly name: string;
  readonly shows: string;
  /** Its steps, without the cases and examples below them. */
  readonly flow: string;
}

/** The page of all examples: what each shows, and where to look for a construct of the language. */
export async function examplesPage(): Promise<string> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.yaml')).sort();
  const examples = await Promise.all(files.map(readExample));
  const shown = examples.map((example) => [link(example), example.shows]);
  const found = CONSTRUCTS.map(({ what, written }) => {
    const having = examples.filter(({ flow }) => written.test(flow));
    return [what, having.slice(0, MOST_LINKS).map(link).join(', ')];
  }).filter(([, links]) => links !== '');
  return [
    GENERATED,
    INTRODUCTION,
    table(['flow', 'shows'], shown),
    '\n## Where to look\n',
    table(['for', 'see'], found),
  ].join('\n');
}

async function readExample(file: string): Promise<Example> {
  const text = await readFile(join(FOLDER, file), 'utf8');
  const shows = /^# (?!yaml-language-server)(.+)$/m.exec(text)?.[1];
  if (shows === undefined) throw new Error(`${file} has no comment at its top that says what it shows.`);
  return { name: file.replace('.yaml', ''), shows, flow: text.split(/^examples:/m)[0] ?? '' };
}

const link = ({ name }: Example): string => `[${name}](../${FOLDER}/${name}.yaml)`;
