import { relative } from 'node:path';
import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ComponentFile } from '../project/components/index.ts';
import { filesOf, type PreparedComponent } from '../project/components/prepared-component.ts';
import { sha256 } from '../runtime/stores/blobs.ts';
import { BlobStore } from './blob-store.ts';
import { ComponentFunction } from './component-function.ts';
import type { FunctionRequirements } from './function-requirements.ts';
import { arnOf } from './function-secrets.ts';

/** The options of a component's function. Workflows share the function only if all of these are the same. */
export interface FunctionOptions {
  readonly blobs: BlobStore;
  readonly logRetention?: logs.RetentionDays;
  /** What happens to the function where a later deployment does not have it. @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy;
  /** Part of the key: a function with secrets or files is shared only by workflows that require exactly the same ones. */
  readonly requirements?: FunctionRequirements;
  /** The functions that it invokes directly, by the paths of their components. @default none */
  readonly calls?: ReadonlyMap<string, ComponentFunction>;
}

/** The component functions of a stack: one for each component, shared by all workflows that use it. */
export class Components extends Construct {
  /** The component functions of the stack that `scope` is in. */
  static of(scope: Construct): Components {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild('Components');
    return existing instanceof Components ? existing : new Components(stack, 'Components');
  }

  private readonly functions = new Map<string, ComponentFunction>();

  /** The component's function, created on first use. */
  functionOf(component: PreparedComponent, { requirements, ...props }: FunctionOptions): ComponentFunction {
    const { source, ...metadata } = component;
    const key = JSON.stringify([
      filesOf(source)
        .split('\n')
        .map((file) => relative('', file))
        .join('\n'),
      props.blobs.node.path,
      props.logRetention ?? null,
      props.removalPolicy ?? null,
      this.keyOf(requirements),
      [...(props.calls ?? [])].map(([path, each]) => [path, each.node.path]),
    ]);
    const existingFunction = this.functions.get(key);
    if (existingFunction) return existingFunction;
    const created = new ComponentFunction(this, this.idFor(source, key), {
      ...metadata,
      ...props,
      ...requirements,
      component: source.path,
    });
    this.functions.set(key, created);
    return created;
  }

  private keyOf({ secrets = {}, files = {}, objects = [] }: Partial<FunctionRequirements> = {}): unknown {
    const secretKeys = Object.entries(secrets).map(([name, { secret, json }]) => [name, arnOf(secret), json]);
    const fileKeys = Object.entries(files).map(([path, file]) => [path, relative('', file)]);
    return [secretKeys, fileKeys, objects].map((keys) => Stack.of(this).resolve([...keys].sort()));
  }

  /**
   * The construct id: `UserLoad` for `/user/load`, with a hash if that is taken. A fused chain is named by its components,
   * a long one by its first and last.
   */
  private idFor({ path, fusedComponents: links = [] }: ComponentFile, key: string): string {
    const id = pascalCase(links.length > 2 ? `${links[0]?.path} to ${links.at(-1)?.path}` : path);
    if (links.length < 3 && !this.node.tryFindChild(id)) return id;
    return `${id}${sha256(key).slice(0, 8)}`;
  }
}

/** The stack's own blob store, created on first use. */
export function defaultBlobs(scope: Construct): BlobStore {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild('Blobs');
  return existing instanceof BlobStore ? existing : new BlobStore(stack, 'Blobs');
}

/** The words of `text` as a construct id: `fetch-user_data` becomes `FetchUserData`. */
export const pascalCase = (text: string): string =>
  text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
