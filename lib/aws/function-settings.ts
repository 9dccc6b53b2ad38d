import { type RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { Catalog } from '../project/components/index.ts';
import { componentsInFusedChain } from '../protocol/fused-chain-name.ts';
import { QUOTAS } from '../protocol/quotas.ts';
import { refuseVariables } from './function-environment.ts';
import type { FunctionOptions, FunctionsOptions } from './function-options.ts';
import type { LogOptions } from './log-groups.ts';
import { WorkflowError } from './workflow-error.ts';

/** What a workflow says of its functions. */
export interface FunctionSettings {
  /** The folder of the flow's components, absolute. */
  readonly folder: string;
  /** @default none */
  readonly options?: FunctionsOptions | undefined;
  readonly log?: LogOptions | undefined;
  /** What happens to a function where a later deployment does not have it. @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy | undefined;
}

/** The options of a component's function; of a fused chain, those of its components, and the memory of the largest. */
export function optionsOf({ options = {} }: FunctionSettings, component: string): FunctionOptions {
  const { defaults = {}, components = {} } = options;
  const own = componentsInFusedChain(component).map((path) => components[path] ?? {});
  const sizes = own.flatMap(({ memorySize }) => memorySize ?? []);
  const merged = Object.assign({}, defaults, ...own, sizes.length > 0 ? { memorySize: Math.max(...sizes) } : {});
  if (own.length === 1) return merged;
  const { timeout: _, ...others } = merged;
  return others;
}

/** What is the same for functions that are set up alike. */
export function settingsKey(scope: Construct, settings: FunctionSettings, component: string): string {
  const { log, removalPolicy } = settings;
  const { architecture, runtime, ephemeralStorageSize, layers, vpc, vpcSubnets, securityGroups, ...rest } = optionsOf(
    settings,
    component,
  );
  const { permissionsBoundary, ...plain } = rest;
  return JSON.stringify(
    Stack.of(scope).resolve([
      plain,
      [architecture?.name, runtime?.name, ephemeralStorageSize?.toMebibytes(), vpc?.node.path],
      layers?.map((each) => each.layerVersionArn),
      subnetsKey(vpcSubnets),
      securityGroups?.map((each) => each.securityGroupId),
      permissionsBoundary?.managedPolicyArn,
      [log?.retention, log?.encryptionKey?.node.path, removalPolicy],
    ]),
  );
}

const subnetsKey = ({ subnets, subnetFilters, ...plain }: ec2.SubnetSelection = {}): unknown => [
  plain,
  subnets?.map(({ subnetId }) => subnetId),
  subnetFilters?.length,
];

/** The options with the own paths of components in place of aliases. Throws a WorkflowError for what is none. */
export function checkedOptions(
  scope: Construct,
  options: FunctionsOptions | undefined,
  catalog: Catalog,
): FunctionsOptions | undefined {
  if (!options) return undefined;
  const components = Object.entries(options.components ?? {}).map(([path, each]): [string, FunctionOptions] => {
    const found = catalog.resolve(path);
    if (found && !found.fusedComponents) return [found.path, each];
    const near = catalog.suggest(path);
    const remedy =
      near === undefined ? 'give the path of a component, such as "/user/load"' : `did you mean "${near}"?`;
    throw new WorkflowError(scope, `"functions" has options for "${path}", and there is no such component; ${remedy}`);
  });
  for (const each of [options.defaults ?? {}, ...components.map(([, one]) => one)]) refuseOptions(scope, each);
  return { ...options, components: Object.fromEntries(components) };
}

function refuseOptions(
  scope: Construct,
  { environment = {}, memorySize, runtime, vpc, ...rest }: FunctionOptions,
): void {
  refuseVariables(scope, environment);
  if (memorySize !== undefined && !Token.isUnresolved(memorySize) && !isMemory(memorySize)) {
    throw new WorkflowError(scope, `memorySize is ${memorySize}; give a whole number of MB from 128 to 10,240`);
  }
  if (runtime && !runtime.name.startsWith('nodejs')) {
    const remedy = 'components are bundled for Node.js: give one of its runtimes, such as Runtime.NODEJS_24_X';
    throw new WorkflowError(scope, `The runtime is ${runtime.name}; ${remedy}`);
  }
  const { vpcSubnets, securityGroups, timeout } = rest;
  if (timeout !== undefined && !(timeout > 0 && timeout <= QUOTAS.functionSeconds)) {
    throw new WorkflowError(scope, `timeout is ${timeout}; give seconds above 0, at most ${QUOTAS.functionSeconds}`);
  }
  if (!vpc && (vpcSubnets || securityGroups)) {
    throw new WorkflowError(scope, 'There are subnets or security groups without a vpc; give the VPC that they are in');
  }
}

const isMemory = (size: number): boolean => Number.isInteger(size) && size >= 128 && size <= 10_240;
