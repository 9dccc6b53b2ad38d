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

/** What a component's function requires for a flow, besides its code and the blob store. */
export interface FunctionRequirements {
  /** The secret variables that its steps read, by name. */
  readonly secrets: { readonly [name: string]: FunctionSecret };
  /** The files that its steps load: absolute paths by the paths in the flow. */
  readonly files: { readonly [path: string]: string };
  /** The S3 objects that its steps load: `s3://bucket/key`. */
  readonly objects: readonly string[];
}

/**
 * The requirements of the functions of a flow, by the paths of their components.
 *
 * @throws WorkflowError for a secret that has no value, and for a file that does not exist
 */
export function requirementsOf(
  workflow: Construct,
  flow: DeployableFlow,
  { secrets }: ContextValues,
): ReadonlyMap<string, FunctionRequirements> {
  const requirements = new Map<string, FunctionRequirements>();
  for (const call of machinesOf(flow.compiled).flatMap(callsOf)) {
    const source = flow.functions.get(call.component);
    if (!source) continue;
    const links = [...(call.invocation.before ?? []), call.invocation];
    const known = requirements.get(source.path) ?? { secrets: {}, files: {}, objects: [] };
    const secretNames = links.flatMap(({ secrets: names = [] }) => names);
    const linkSecrets = secretNames.map((name) => [name, secretNamed(workflow, flow, name, secrets)] as const);
    const { fusedComponents: sources = [source] } = source;
    const paths = links.flatMap((link, index) => pathsIn(sources[index] ?? source, link.input));
    const local = paths.filter((path) => !isObjectOfS3(path));
    const files = local.map((path) => [path, fileNamed(workflow, flow, path)] as const);
    requirements.set(source.path, {
      secrets: { ...known.secrets, ...Object.fromEntries(linkSecrets) },
      files: { ...known.files, ...Object.fromEntries(files) },
      objects: [...new Set([...known.objects, ...paths.filter(isObjectOfS3)])],
    });
  }
  return requirements;
}

const isObjectOfS3 = (path: string): boolean => path.startsWith('s3://');

/** The literal path of a `load_file` step; the value of an expression is only known when the flow runs. */
function pathsIn({ path: component, builtin }: ComponentFile, input: Json): readonly string[] {
  const path = builtin && component === '/builtin/load_file' && isObject(input) ? input.path : undefined;
  return typeof path === 'string' && !/^\{%[\s\S]*%\}$/.test(path) ? [path] : [];
}

function secretNamed(
  workflow: Construct,
  { file, compiled }: DeployableFlow,
  name: string,
  available: ContextValues['secrets'],
): FunctionSecret {
  const secret = available[name];
  if (secret) return { secret, json: (compiled.flow && secretVariables(compiled.flow).get(name)?.json) ?? false };
  const remedy = `secrets: { ${JSON.stringify(name)}: secretsmanager.Secret.fromSecretNameV2(this, 'Secret', 'NAME') }`;
  throw new WorkflowError(
    workflow,
    `The flow "${file}" reads the secret "${name}", but no secret is configured for it; give the Workflow ${remedy}, or the app the context -c stepflow:secrets='{${JSON.stringify(name)}: "NAME"}'`,
  );
}

function fileNamed(workflow: Construct, { file }: DeployableFlow, path: string): string {
  const folder = dirname(resolve(file));
  const target = resolve(folder, path);
  const exists = statSync(target, { throwIfNoEntry: false })?.isFile() ?? false;
  // As in `load_file`: neither the path itself nor a symbolic link may leave the flow's folder.
  const relativePaths = [relative(folder, target), exists ? relative(realpathSync(folder), realpathSync(target)) : ''];
  if (isAbsolute(path) || relativePaths.some((each) => isAbsolute(each) || /^\.\.([\\/]|$)/.test(each))) {
    const remedy = 'move the file into that folder and give its path from there, or give s3://bucket/key';
    throw new WorkflowError(workflow, `The flow "${file}" loads "${path}", which is outside its folder; ${remedy}`);
  }
  if (exists) return target;
  throw new WorkflowError(
    workflow,
    `The flow "${file}" loads "${path}", but the file ${target} does not exist; create it or correct the path`,
  );
}
