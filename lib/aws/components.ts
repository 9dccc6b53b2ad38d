import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ComponentFile } from '../project/components/index.ts';
import { filesOf, type PreparedComponent } from '../project/components/prepared-component.ts';
import { BlobStore } from './blob-store.ts';
import { ComponentFunction } from './component-function.ts';
import type { FunctionRequirements } from './function-requirements.ts';
import { arnOf } from './function-secrets.ts';

/** What workflows must agree in to share a component's function. */
export interface SharingProps {
  readonly blobs: BlobStore;
  readonly logRetention?: logs.RetentionDays;
  /** A function with a need of its own is shared by those that need the very same: nobody else gets its rights. */
  readonly needs?: FunctionRequirements;
  /** The functions that it calls itself, by the paths of their components. @default none */
  readonly calls?: ReadonlyMap<string, ComponentFunction>;
}

/** The component functions of a stack: one a component, however many workflows use it. */
export class Components extends Construct {
  /** Those of the stack that `scope` is in. */
  static of(scope: Construct): Components {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild('Components');
    return existing instanceof Components ? existing : new Components(stack, 'Components');
  }

  private readonly functions = new Map<string, ComponentFunction>();

  /** The component's function, made on first use. */
  functionOf(component: PreparedComponent, { needs, ...props }: SharingProps): ComponentFunction {
    const { source, ...facts } = component;
    const key = JSON.stringify([
      filesOf(source)
        .split('\n')
        .map((file) => relative('', file))
        .join('\n'),
      props.blobs.node.path,
      props.logRetention ?? null,
      this.keyOf(needs),
      [...(props.calls ?? [])].map(([path, each]) => [path, each.node.path]),
    ]);
    const known = this.functions.get(key);
    if (known) return known;
    const made = new ComponentFunction(this, this.idFor(source, key), {
      ...facts,
      ...props,
      ...needs,
      component: source.path,
    });
    this.functions.set(key, made);
    return made;
  }

  private keyOf({ secrets = {}, files = {}, objects = [] }: Partial<FunctionRequirements> = {}): unknown {
    const read = Object.entries(secrets).map(([name, { secret, json }]) => [name, arnOf(secret), json]);
    const shipped = Object.entries(files).map(([path, file]) => [path, relative('', file)]);
    return [read, shipped, objects].map((some) => Stack.of(this).resolve([...some].sort()));
  }

  /** `/user/load` is `UserLoad`, unless another function has that name already; a chain is called by its first and last. */
  private idFor({ path, fusedComponents: links = [] }: ComponentFile, key: string): string {
    const id = pascalCase(links.length > 2 ? `${links[0]?.path} to ${links.at(-1)?.path}` : path);
    if (links.length < 3 && !this.node.tryFindChild(id)) return id;
    return `${id}${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
  }
}

/** The stack's own blob store, made on first use. */
export function defaultBlobs(scope: Construct): BlobStore {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild('Blobs');
  return existing instanceof BlobStore ? existing : new BlobStore(stack, 'Blobs');
}

/** The words of `text` as a construct's id: `fetch-user_data` is `FetchUserData`. */
export const pascalCase = (text: string): string =>
  text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
