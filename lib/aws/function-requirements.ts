import { realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Construct } from 'constructs';
import { secretVariables } from '../compiler/analyse/variables.ts';
import type { ComponentFile } from '../project/components/index.ts';
import { isObject, type Json } from '../protocol/json.ts';
import type { ContextValues } from './context-values.ts';
import { callsOf, machinesOf } from './definition.ts';
import type { DeployableFlow } from './deployable-flow.ts';
import type { FunctionSecret } from './function-secrets.ts';
import { WorkflowError } from './workflow-error.ts';

/** What a component's function needs for a flow besides its code and the blobs. */
export interface FunctionRequirements {
  /** The secret variables that its steps read, by name. */
  readonly secrets: { readonly [name: string]: FunctionSecret };
  /** The files that its steps name, by the path they are named by; absolute. */
  readonly files: { readonly [path: string]: string };
  /** The objects of S3 that its steps name: `s3://bucket/key`. */
  readonly objects: readonly string[];
}

/**
 * What the functions of a flow need, by the paths of their components.
 *
 * @throws WorkflowError for a secret that has no value, and for a file that is not there
 */
export function requirementsOf(
  workflow: Construct,
  flow: DeployableFlow,
  { secrets }: ContextValues,
): ReadonlyMap<string, FunctionRequirements> {
  const needs = new Map<string, FunctionRequirements>();
  for (const call of machinesOf(flow.compiled).flatMap(callsOf)) {
    const source = flow.functions.get(call.component);
    if (!source) continue;
    const links = [...(call.invocation.before ?? []), call.invocation];
    const before = needs.get(source.path) ?? { secrets: {}, files: {}, objects: [] };
    const names = links.flatMap(({ secrets: names = [] }) => names);
    const read = names.map((name) => [name, secretNamed(workflow, flow, name, secrets)] as const);
    const { fusedComponents: sources = [source] } = source;
    const paths = links.flatMap((link, at) => pathsIn(sources[at] ?? source, link.input));
    const local = paths.filter((path) => !isObjectOfS3(path));
    const files = local.map((path) => [path, fileNamed(workflow, flow, path)] as const);
    needs.set(source.path, {
      secrets: { ...before.secrets, ...Object.fromEntries(read) },
      files: { ...before.files, ...Object.fromEntries(files) },
      objects: [...new Set([...before.objects, ...paths.filter(isObjectOfS3)])],
    });
  }
  return needs;
}

const isObjectOfS3 = (path: string): boolean => path.startsWith('s3://');

/** The path that a step of `load_file` has written out; what is an expression is only known when the flow runs. */
function pathsIn({ path: component, builtin }: ComponentFile, input: Json): readonly string[] {
  const path = builtin && component === '/builtin/load_file' && isObject(input) ? input.path : undefined;
  return typeof path === 'string' && !/^\{%[\s\S]*%\}$/.test(path) ? [path] : [];
}

function secretNamed(
  workflow: Construct,
  { file, compiled }: DeployableFlow,
  name: string,
  given: ContextValues['secrets'],
): FunctionSecret {
  const secret = given[name];
  if (secret) return { secret, json: (compiled.flow && secretVariables(compiled.flow).get(name)?.json) ?? false };
  const remedy = `secrets: { ${JSON.stringify(name)}: secretsmanager.Secret.fromSecretNameV2(this, 'Secret', 'NAME') }`;
  throw new WorkflowError(
    workflow,
    `The flow "${file}" reads the secret "${name}", and nothing says where its value is; give the Workflow ${remedy}, or the app the context -c stepflow:secrets='{${JSON.stringify(name)}: "NAME"}'`,
  );
}

function fileNamed(workflow: Construct, { file }: DeployableFlow, path: string): string {
  const folder = dirname(resolve(file));
  const place = resolve(folder, path);
  const isThere = statSync(place, { throwIfNoEntry: false })?.isFile() ?? false;
  // As in `load_file`: neither the path itself nor a link may lead out.
  const ways = [relative(folder, place), isThere ? relative(realpathSync(folder), realpathSync(place)) : ''];
  if (isAbsolute(path) || ways.some((way) => isAbsolute(way) || /^\.\.([\\/]|$)/.test(way))) {
    const remedy = 'put the file there or below and give its path from there, or give s3://bucket/key';
    throw new WorkflowError(workflow, `The flow "${file}" loads "${path}", which leads out of its folder; ${remedy}`);
  }
  if (isThere) return place;
  throw new WorkflowError(
    workflow,
    `The flow "${file}" loads "${path}", and there is no file ${place}; put the file there`,
  );
}
