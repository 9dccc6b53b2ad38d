import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Limits } from '../../lib/asl/emit-within.ts';
import type { Json } from '../../lib/runtime/index.ts';
import type { Sample } from '../oracle/draw-flow.ts';
import type { CdkApp } from './cdk.ts';

/** The stack of a project of samples. */
export const STACK = 'Samples';

/** A flow with mocks, under a name of letters and digits. */
export interface NamedSample extends Sample {
  readonly name: string;
  /** What a state machine of it may have; as much as AWS lets it where nothing is said. */
  readonly limits?: Limits;
}

/** A flow of the project, as its CDK app needs it. */
interface FlowEntry {
  readonly name: string;
  /** The flow's file, from the project's folder. */
  readonly flow: string;
  readonly variables: { readonly [name: string]: Json };
  readonly limits: Limits;
}

const LIST = 'flows.json';
const APP = fileURLToPath(import.meta.resolve('./sample-app.ts'));
const MOCK_COMPONENT = fileURLToPath(import.meta.resolve('./mock-component.ts'));

/** Writes a project as a user might have it: flows, components that do as the flows' mocks say, and a CDK app. */
export function writeProject(folder: string, samples: readonly NamedSample[]): CdkApp {
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  put('package.json', '{"type": "module"}');
  for (const path of componentsIn(samples)) put(`lambdas${path}.ts`, componentSource(path, samples));
  for (const { name, source } of samples) put(fileOf(name), source);
  put(LIST, JSON.stringify(samples.map(entryOf)));
  const command = `${process.execPath} --import ${import.meta.resolve('tsx')} ${APP}`;
  return { folder, command };
}

const entryOf = ({ name, variables, limits = {} }: NamedSample): FlowEntry => ({
  name,
  flow: fileOf(name),
  variables,
  limits,
});

/** The flows of the project in the working directory. */
export const readProject = (): readonly FlowEntry[] => JSON.parse(readFileSync(LIST, 'utf8'));

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
