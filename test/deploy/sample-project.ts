import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Limits } from '../../lib/compiler/emit/split/emit-within.ts';
import type { Json } from '../../lib/runtime/index.ts';
import type { Sample } from '../oracle/draw-flow.ts';

/** The name of the stack of samples. */
export const STACK = 'Samples';

/** The context variable of the CDK app with the folder of the project. */
export const SAMPLES_FOLDER = 'stepflow-test:samples';

/** A flow with mocks, under a name of letters and digits. */
export interface NamedSample extends Sample {
  readonly name: string;
  /** The limits of its state machines. @default those of AWS */
  readonly limits?: Limits;
}

/** A flow of the project, for its CDK app. */
interface FlowEntry {
  readonly name: string;
  /** The flow's file, absolute. */
  readonly flow: string;
  readonly variables: { readonly [name: string]: Json };
  readonly limits: Limits;
}

const LIST = 'flows.json';
const MOCK_COMPONENT = fileURLToPath(import.meta.resolve('./mock-component.ts'));

/** Writes a project as a user might have it: flows, and components that do what the flows' mocks say. */
export function writeProject(folder: string, samples: readonly NamedSample[]): void {
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  put('package.json', '{"type": "module"}');
  for (const path of componentsIn(samples)) put(`lambdas${path}.ts`, componentSource(path, samples));
  for (const { name, source } of samples) put(fileOf(name), source);
  put(LIST, JSON.stringify(samples.map((sample) => entryOf(folder, sample))));
}

const entryOf = (folder: string, { name, variables, limits = {} }: NamedSample): FlowEntry => ({
  name,
  flow: join(folder, fileOf(name)),
  variables,
  limits,
});

/** The flows of the project in `folder`. */
export const readProject = (folder: string): readonly FlowEntry[] =>
  JSON.parse(readFileSync(join(folder, LIST), 'utf8'));

const fileOf = (name: string): string => `workflows/${name}.yaml`;

const componentsIn = (samples: readonly NamedSample[]): readonly string[] => [
  ...new Set(samples.flatMap(({ source }) => source.match(/\/mock\/\w+/g) ?? [])),
];

function componentSource(path: string, samples: readonly NamedSample[]): string {
  const book = JSON.stringify(Object.fromEntries(samples.map(({ name, mocks }) => [name, mocks])));
  return [
    `import { mockComponent } from ${JSON.stringify(MOCK_COMPONENT)};`,
    `export default mockComponent(${JSON.stringify(path)}, JSON.parse(${JSON.stringify(book)}));`,
  ].join('\n');
}
