import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type Json } from '../../protocol/json.ts';
import type { Template } from './flow-changes.ts';

/** A stack of an app that was synthesised. */
export interface SynthesizedStack {
  readonly name: string;
  /** The name by which the CDK's commands select it; with its stage, such as `Production/Stack`. */
  readonly selector: string;
  /** Undefined where the app leaves it to the environment. */
  readonly region: string | undefined;
  /** Its template, as the CDK wrote it. Throws where it cannot be read. */
  readonly template: () => Template;
}

/** The stacks of a cloud assembly, those of its stages included: a folder that `cdk synth` wrote. Throws where it cannot be read. */
export function readAssembly(folder: string): readonly SynthesizedStack[] {
  const { artifacts } = read(join(folder, 'manifest.json'));
  return Object.entries(isObject(artifacts) ? artifacts : {}).flatMap(([id, artifact]) => {
    if (!isObject(artifact)) return [];
    const { type, environment, displayName } = artifact;
    const { stackName, templateFile, directoryName } = isObject(artifact.properties) ? artifact.properties : {};
    if (type === 'cdk:cloud-assembly' && typeof directoryName === 'string')
      return readAssembly(join(folder, directoryName));
    if (type !== 'aws:cloudformation:stack' || typeof templateFile !== 'string') return [];
    const selector = typeof displayName === 'string' ? displayName : id;
    const region = /^aws:\/\/[^/]*\/([a-z0-9-]+)$/.exec(String(environment))?.[1];
    return {
      name: typeof stackName === 'string' ? stackName : selector,
      selector: selector.replace(/ \(.*\)$/, ''),
      region: region === 'unknown-region' ? undefined : region,
      // Written by the CDK.
      template: () => read(join(folder, templateFile)) as Template,
    };
  });
}

function read(file: string): { readonly [key: string]: Json } {
  const value: Json = JSON.parse(readFileSync(file, 'utf8'));
  return isObject(value) ? value : {};
}
