import { join } from 'node:path';
import { CfnOutput, NestedStack, type RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { prepareComponents } from '../project/components/prepared-component.ts';
import { machineDescription } from '../protocol/deployed.ts';
import { acknowledgeFindings } from './acknowledgements.ts';
import { type AlarmOptions, alarmBounds } from './alarm-options.ts';
import { AlarmStacks } from './alarm-stacks.ts';
import { BlobStore, type BlobStoreProps } from './blob-store.ts';
import { Components } from './components.ts';
import { type DeployableFlow, deployableFlow, preparationOf } from './deployable-flow.ts';
import { aliasOutputId, constructIds, outputId } from './flow-ids.ts';
import { type FlowInFolder, flowsInFolder } from './flows-in-folder.ts';
import type { GradualDeployment } from './live-alias.ts';
import { logsOf } from './log-groups.ts';
import { hasNoRoomFor, isTooLarge, ofStarts } from './stack-size.ts';
import { optionsFor, refuseUnused, type TriggerOptions, triggerOptions } from './triggers/bound-sources.ts';
import { Workflow, type WorkflowProps } from './workflow.ts';
import { alarmCount } from './workflow-alarms.ts';
import { type ApiOptions, WorkflowApi } from './workflow-api.ts';
import { WorkflowDashboard } from './workflow-dashboard.ts';
import { WorkflowError } from './workflow-error.ts';

/** Properties of a {@link StepflowStack}. */
export interface StepflowStackProps extends StackProps {
  /**
   * The folder whose flows are deployed.
   * @default 'workflows'
   */
  readonly workflows?: string;
  /**
   * The folder of the components.
   * @default - the nearest folder `lambdas`, in the parent of the flows' folder or further up
   */
  readonly components?: string;
  /**
   * Values of variables, for all flows that declare them.
   * @default - those of the context `stepflow:variables`, else the flows' own defaults
   */
  readonly variables?: WorkflowProps['variables'];
  /**
   * The secrets that hold the values of secret variables, for all flows that declare them.
   * @default - the secrets that the context `stepflow:secrets` names
   */
  readonly secrets?: WorkflowProps['secrets'];
  /**
   * The limits of a state machine: see {@link WorkflowProps}.
   * @default - those of AWS, less a reserve
   */
  readonly limits?: WorkflowProps['limits'];
  /**
   * Whether the functions of components are in nested stacks. Another choice makes other functions; executions that are
   * running then end with the former ones.
   * @default - only where one template might have more than the 500 resources that CloudFormation allows
   */
  readonly nestedFunctions?: boolean;
  /**
   * Options of the functions of components: see {@link WorkflowProps}. Tags and a permissions boundary for everything are
   * properties of every stack.
   * @default - what each component declares
   */
  readonly functions?: WorkflowProps['functions'];
  /**
   * The key that encrypts the bucket, the logs, and the state machines with their executions.
   * @default - keys of AWS
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * How long logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
  /**
   * How many functions an execution of each flow calls at once: see {@link WorkflowProps}.
   * @default - `metadata.aws.maxConcurrency` of each flow, else 200 for the items of a map, and 1,000 in all
   */
  readonly maxConcurrency?: WorkflowProps['maxConcurrency'];
  /**
   * Properties of the blob store.
   * @default - those of {@link BlobStore}
   */
  readonly blobs?: BlobStoreProps;
  /**
   * How executions that are started move to a new version of a flow.
   * @default - all at once
   */
  readonly deployment?: GradualDeployment;
  /**
   * The alarms of every flow. `false`: none.
   * @default {} - with the default bounds, and without a topic
   */
  readonly alarms?: AlarmOptions | false;
  /**
   * What of the app the triggers of the flows name, and whether they start them: see {@link WorkflowProps}.
   * @default true
   */
  readonly triggers?: WorkflowProps['triggers'];
  /**
   * Who may call the HTTP API, from where, and how often.
   * @default - whom IAM allows to, no web page, 100 requests a second
   */
  readonly api?: ApiOptions;
  /**
   * Whether there is a dashboard of all flows.
   * @default true
   */
  readonly dashboard?: boolean;
  /**
   * What happens to versions, functions and nested state machines that a later deployment has no use for: see
   * {@link WorkflowProps}.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Every flow of a folder and its subfolders, with one blob store, one dashboard, and one HTTP API, where a flow of a subfolder is
 * `SUBFOLDER/NAME`.
 *
 * Outputs: `ApiUrl`, `BlobBucket`, `DashboardUrl`, `FunctionLog` and `ExecutionLog`, and for each flow the ARNs of its state machine and of the alias to start it by, e.g.
 * `UserInsightsArn` and `UserInsightsAlias`.
 *
 * @throws WorkflowError that lists the errors of all flows that cannot be deployed
 */
export class StepflowStack extends Stack {
  readonly workflows: readonly Workflow[];
  readonly blobs: BlobStore;
  readonly api: WorkflowApi;
  readonly dashboard: WorkflowDashboard | undefined;

  constructor(scope: Construct, id: string, props: StepflowStackProps = {}) {
    super(scope, id, props);
    const { workflows: folder = 'workflows', components, variables, secrets, blobs, limits, maxConcurrency } = props;
    const { deployment, removalPolicy, alarms = {}, dashboard = true } = props;
    const { functions, encryptionKey, logRetention } = props;
    const logging = {
      ...(encryptionKey && { encryptionKey }),
      ...(logRetention !== undefined && { logRetention }),
    };
    this.blobs = new BlobStore(this, 'Blobs', { ...(encryptionKey && { encryptionKey }), ...blobs });
    const common = {
      ...(components !== undefined && { components }),
      ...(variables && { variables }),
      ...(secrets && { secrets }),
      ...(limits && { limits }),
      ...(functions && { functions }),
      ...logging,
      ...(deployment && { deployment }),
      ...(alarms && { alarms }),
      ...(removalPolicy && { removalPolicy }),
      ...(maxConcurrency !== undefined && { maxConcurrency }),
    };
    const sources = flowsIn(this, folder).map(({ file, name }) => ({ flow: file, flowName: name, ...common }));
    const flows = sources.map(deployableFlow);
    prepareAll(flows);
    const nested = props.nestedFunctions ?? isTooLarge(flows, functions);
    new Components(this, { nested });
    if (alarms && hasNoRoomFor(alarmsOf(this, flows, alarms), { flows, nested, functions })) new AlarmStacks(this);
    this.workflows = createAll(this, withTriggers(this, sources, flows, triggerOptions(props.triggers)), this.blobs);
    this.api = new WorkflowApi(this, 'Api', { ...props.api, workflows: this.workflows, ...logging });
    this.dashboard = dashboard ? createDashboard(this, this.workflows, nested) : undefined;
    this.createOutputs();
    acknowledgeFindings(this);
  }

  private createOutputs(): void {
    new CfnOutput(this, 'ApiUrl', { value: this.api.url, description: 'The HTTP API; requests are to be signed' });
    new CfnOutput(this, 'BlobBucket', { value: this.blobs.bucket.bucketName, description: 'Where large values go' });
    if (this.dashboard) {
      const description = 'The dashboard of all flows, in the console';
      new CfnOutput(this, 'DashboardUrl', { value: this.dashboard.url, description });
    }
    for (const { node } of logsOf(this).node.children) {
      const logGroup = node.defaultChild;
      if (logGroup instanceof logs.CfnLogGroup)
        new CfnOutput(this, node.id, { value: logGroup.ref, description: LOGS[node.id] ?? 'A log group' });
    }
    for (const { node, flowName, stateMachineArn, aliasArn } of this.workflows) {
      new CfnOutput(this, outputId(node.id), {
        value: stateMachineArn,
        description: machineDescription(flowName),
      });
      new CfnOutput(this, aliasOutputId(node.id), {
        value: aliasArn,
        description: `The version of ${flowName} that the latest deployment published; start executions with it`,
      });
    }
  }
}

/** `nested`: in a nested stack, since the template of a stack whose functions are in nested stacks is large already. */
function createDashboard(stack: Stack, workflows: readonly Workflow[], nested: boolean): WorkflowDashboard {
  const id = 'StepflowDashboard';
  if (!nested) return new WorkflowDashboard(stack, id, { workflows });
  return new WorkflowDashboard(new NestedStack(stack, id), 'Dashboard', { workflows });
}

/** How many alarms the flows have together. */
const alarmsOf = (stack: Stack, flows: readonly DeployableFlow[], options: AlarmOptions): number =>
  flows.reduce(
    (sum, { source, functions, compiled }) =>
      sum + alarmCount(alarmBounds(stack, options, source), functions.size, ofStarts(compiled) > 0),
    0,
  );

/** What the log groups have, by their construct ids. */
const LOGS: { readonly [id: string]: string } = {
  FunctionLog: 'The log group of the functions of components',
  ExecutionLog: 'The log group of executions',
};

function flowsIn(stack: Stack, folder: string): readonly FlowInFolder[] {
  const flows = readFolder(stack, folder);
  if (flows.length > 0) return flows;
  throw new WorkflowError(
    stack,
    `The folder "${folder}" has no flows; create one, such as ${join(folder, 'NAME.yaml')}`,
  );
}

function readFolder(stack: Stack, folder: string): readonly FlowInFolder[] {
  try {
    return flowsInFolder(folder);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WorkflowError(stack, `The folder of the flows cannot be read (${why}); give its path as \`workflows\``);
  }
}

/** Bundles the components of all flows at once, which is several times faster than flow by flow. */
function prepareAll(flows: readonly DeployableFlow[]): void {
  const requests = flows.map(preparationOf);
  const [first] = requests;
  if (first) prepareComponents({ ...first, sources: requests.flatMap(({ sources }) => sources) });
}

type NamedFlow = WorkflowProps & Required<Pick<WorkflowProps, 'flowName'>>;

/** Gives each flow the options of its own triggers. */
function withTriggers(
  stack: Stack,
  sources: readonly NamedFlow[],
  flows: readonly DeployableFlow[],
  options: TriggerOptions,
): readonly NamedFlow[] {
  const all = flows.map(({ compiled }) => compiled.flow?.triggers ?? []);
  refuseUnused(stack, options, all.flat());
  return sources.map((source, at) => ({ ...source, triggers: optionsFor(options, all[at] ?? []) }));
}

/** Continues after a flow with errors, so that the errors of all flows are reported at once. */
function createAll(stack: Stack, flows: readonly NamedFlow[], blobs: BlobStore): readonly Workflow[] {
  const errors: string[] = [];
  const ids = constructIds(flows.map(({ flowName }) => flowName));
  const created = flows.flatMap((props) => {
    try {
      return [new Workflow(stack, ids.get(props.flowName) ?? props.flowName, { ...props, blobs })];
    } catch (error) {
      if (!(error instanceof WorkflowError)) throw error;
      errors.push(error.message);
      return [];
    }
  });
  if (errors.length === 0) return created;
  throw new WorkflowError(stack, `${errors.length} of ${flows.length} flows cannot be deployed.\n${errors.join('\n')}`);
}
