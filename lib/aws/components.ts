import { relative, resolve } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ComponentFile } from '../project/components/index.ts';
import { filesOf, type PreparedComponent } from '../project/components/prepared-component.ts';
import { BlobStore } from './blob-store.ts';
import { ComponentFunction } from './component-function.ts';
import { componentId } from './component-ids.ts';
import type { FunctionRequirements } from './function-requirements.ts';
import { arnOf } from './function-secrets.ts';
import { type FunctionSettings, optionsOf, settingsKey } from './function-settings.ts';
import { FunctionStacks } from './function-stacks.ts';

/** What a component's function is to be. Workflows share the function only if all of these are the same. */
export interface FunctionRequest {
  readonly settings: FunctionSettings;
  readonly blobs: BlobStore;
  /** Part of the key: a function with secrets or files is shared only by workflows that require exactly the same ones. */
  readonly requirements?: FunctionRequirements;
  /** The functions that it invokes directly, which are those of one workflow. @default none */
  readonly calls?: { readonly workflow: Construct; readonly functions: ReadonlyMap<string, ComponentFunction> };
}

/** How a stack has its functions. */
export interface ComponentsProps {
  /** Whether the functions are in nested stacks. @default false */
  readonly nested?: boolean;
}

/** The component functions of a stack: one for each component, shared by all workflows that use it. */
export class Components extends Construct {
  /** The component functions of the stack that `scope` is in. */
  static of(scope: Construct): Components {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild('Components');
    return existing instanceof Components ? existing : new Components(stack);
  }

  private readonly functions = new Map<string, ComponentFunction>();
  /**
   * What the first workflow says of its functions. Where another workflow says otherwise, its function is another one, with a
   * hash in its id.
   */
  private usual: FunctionSettings | undefined;
  private readonly stacks: FunctionStacks | undefined;

  constructor(stack: Stack, { nested = false }: ComponentsProps = {}) {
    super(stack, 'Components');
    this.stacks = nested ? new FunctionStacks(this) : undefined;
  }

  /** The component's function, created on first use. */
  functionOf({ source, ...metadata }: PreparedComponent, request: FunctionRequest): ComponentFunction {
    const { blobs, requirements, calls, settings } = request;
    this.usual ??= settings;
    const id = componentId(source.path, this.variantOf(source, request));
    const existing = this.functions.get(id);
    if (existing) return existing;
    // What calls functions of nested stacks has to be outside of them: stacks cannot refer to each other in a circle.
    const scope = calls ? this : (this.stacks?.stackOf(source.path) ?? this);
    const created = new ComponentFunction(scope, id, {
      ...metadata,
      blobs,
      options: optionsOf(settings, source.path),
      ...(settings.log && { log: settings.log }),
      ...(settings.removalPolicy !== undefined && { removalPolicy: settings.removalPolicy }),
      ...requirements,
      ...(calls && { calls: calls.functions }),
      component: source.path,
    });
    this.functions.set(id, created);
    return created;
  }

  /** What tells a function from others of its component; '' if it is as usual. */
  private variantOf(source: ComponentFile, { blobs, settings, requirements, calls }: FunctionRequest): string {
    const variant = {
      ...(!this.isUsualFile(source) && {
        files: filesOf(source)
          .split('\n')
          .map((file) => this.relativePath(file)),
      }),
      ...(blobs.node.path !== `${Stack.of(this).node.path}/${BLOBS}` && { blobs: blobs.node.path }),
      ...this.unusualSettings(settings, source.path),
      ...this.keyOf(requirements),
      ...(calls && { workflow: calls.workflow.node.path }),
    };
    return Object.keys(variant).length === 0 ? '' : JSON.stringify(variant);
  }

  private unusualSettings(settings: FunctionSettings, component: string): object {
    const key = settingsKey(this, settings, component);
    return this.usual === undefined || settingsKey(this, this.usual, component) === key ? {} : { settings: key };
  }

  private isUsualFile({ fusedComponents, ...source }: ComponentFile): boolean {
    const isUsual = ({ path, file, builtin }: ComponentFile): boolean =>
      builtin || file.startsWith(`${resolve(this.usual?.folder ?? '', `.${path}`)}.`);
    return (fusedComponents ?? [source]).every(isUsual);
  }

  /** From the components, so that it is the same wherever the project is. */
  private relativePath(file: string): string {
    return relative(this.usual?.folder ?? '', file);
  }

  private keyOf({ secrets = {}, files = {}, objects = [] }: Partial<FunctionRequirements> = {}): object {
    const all = {
      secrets: Object.entries(secrets).map(([name, { secret, json }]) => [name, arnOf(secret), json]),
      loaded: Object.entries(files).map(([path, file]) => [path, this.relativePath(file)]),
      objects,
    };
    const given = Object.entries(all).filter(([, each]) => each.length > 0);
    return Object.fromEntries(given.map(([name, each]) => [name, Stack.of(this).resolve([...each].sort())]));
  }
}

const BLOBS = 'Blobs';

/** The stack's own blob store, created on first use. */
export function defaultBlobs(scope: Construct): BlobStore {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild(BLOBS);
  return existing instanceof BlobStore ? existing : new BlobStore(stack, BLOBS);
}
