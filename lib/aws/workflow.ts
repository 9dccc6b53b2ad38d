import { basename, extname } from 'node:path';
import { ArnFormat, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { secretVariables } from '../compiler/analyse/variables.ts';
import type { Compiled } from '../compiler/compile.ts';
import type { Limits } from '../compiler/emit/split/emit-within.ts';
import type { Json } from '../protocol/json.ts';
import { QUOTAS } from '../protocol/quotas.ts';
import type { BlobStore } from './blob-store.ts';
import type { ComponentFunction } from './component-function.ts';
import { defaultBlobs } from './components.ts';
import { type ContextValues, contextValuesOf } from './context-values.ts';
import { definitionProps } from './definition.ts';
import { type DeployableFlow, deployableFlow, diagnosticsOf } from './deployable-flow.ts';
import { allowDistributedMaps, hasDistributedMap } from './distributed-maps.ts';
import { flowFunctions, refuseFaulty, warnOf } from './flow-functions.ts';
import { requirementsOf } from './function-requirements.ts';
import type { ReadableSecret } from './function-secrets.ts';
import { allowNestedMachines, createNestedMachines, type NestedMachines } from './nested-machines.ts';
import { WorkflowError } from './workflow-error.ts';

/** Properties of a {@link Workflow}. */
export interface WorkflowProps {
  /** The flow's file, from the working directory, e.g. `workflows/user-insights.yaml`. */
  readonly flow: string;
  /**
   * What the flow is called in the API.
   * @default - the file's name without its extension
   */
  readonly flowName?: string;
  /**
   * The file with the measured seconds of the flow's steps, by which they are arranged.
   * @default - `NAME.profile.json` beside the flow, where there is one
   */
  readonly profile?: string;
  /**
   * Values of the flow's variables; they go before those of the context `stepflow:variables`.
   * @default - those of the context, else the flow's own defaults
   */
  readonly variables?: { readonly [name: string]: Json };
  /**
   * Where the values of the flow's secret variables are, by the variables' names: any `secretsmanager.ISecret`. A function may read just those that
   * its steps read.
   * @default - the secrets that the context `stepflow:secrets` names
   */
  readonly secrets?: { readonly [name: string]: ReadableSecret };
  /**
   * The folder of the components, laid out as `PLUGIN/COMPONENT.ts`. A component's function is shared by all
   * workflows of the stack that use it.
   * @default - the nearest folder `lambdas` beside the flow or above it
   */
  readonly components?: string;
  /**
   * The components that a flow may call which is only known when this one runs (`eval`, `map` and `iterate` of a flow
   * that is not written out), besides those that this flow calls itself.
   * @default - none
   */
  readonly nestedComponents?: readonly string[];
  /**
   * Where large values go.
   * @default - one store, shared by the stack's workflows
   */
  readonly blobs?: BlobStore;
  /**
   * How long logs are kept, of the executions and of the functions.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
  /**
   * What a state machine may have. A flow that needs more becomes several, which start each other.
   * @default - what AWS lets it have, less a reserve
   */
  readonly limits?: Limits;
  /**
   * Whether the log holds the states' inputs and outputs, which may be personal.
   * @default false
   */
  readonly logExecutionData?: boolean;
}

/**
 * A flow as a state machine, with a function for each component that it uses and a role that may call just these.
 *
 * ```ts
 * new Workflow(this, 'UserInsights', { flow: 'workflows/user-insights.yaml' });
 * ```
 *
 * @throws WorkflowError with the flow's diagnostics where it cannot be compiled
 */
export class Workflow extends Construct implements iam.IGrantable {
  readonly flowName: string;
  readonly stateMachine: sfn.StateMachine;
  readonly stateMachineArn: string;
  /** The state machine's name, known before it is deployed. */
  readonly stateMachineName: string;
  /** The state machines that it starts, where the flow is too large for one. */
  readonly parts: NestedMachines | undefined;
  /** The flow compiled: its steps, its type, its input's schema. */
  readonly compiled: Compiled;
  /** The functions it calls, by the components' paths as the flow writes them. */
  readonly functions: ReadonlyMap<string, ComponentFunction>;
  readonly blobs: BlobStore;
  /** The state machine's role: what its own calls may do. */
  readonly grantPrincipal: iam.IPrincipal;
  /** What the state machine may do for its distributed Maps, where it has any. */
  readonly distributedMaps: iam.Policy | undefined;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    this.flowName = props.flowName ?? basename(props.flow, extname(props.flow));
    const given = contextValuesOf(this, props);
    const flow = open(this, { ...props, ...given });
    const diagnostics = diagnosticsOf(flow);
    refuseFaulty(this, flow, diagnostics);
    warnOf(this, flow, diagnostics);
    refuseOpenSecrets(this, flow, given);
    this.compiled = flow.compiled;
    this.blobs = props.blobs ?? defaultBlobs(this);
    const needs = requirementsOf(this, flow, given);
    this.functions = flowFunctions(this, flow, { ...props, blobs: this.blobs, needs });
    this.stateMachineName = nameOf(this);
    const { stateMachine, parts } = this.createStateMachines(props);
    this.stateMachine = stateMachine;
    this.parts = parts;
    this.stateMachineArn = this.stateMachine.stateMachineArn;
    this.grantPrincipal = this.stateMachine.grantPrincipal;
    allowInvoking(this, [...this.functions.values()]);
    if (parts) allowNestedMachines(this, stateMachine.role, parts);
    const own = this.compiled.stateMachine;
    if (parts?.haveMaps) this.blobs.grantReadWrite(this);
    this.distributedMaps = own && hasDistributedMap(own) ? allowDistributedMaps(this) : undefined;
  }

  /** Allows `grantee` to start executions. */
  grantStartExecution(grantee: iam.IGrantable): iam.Grant {
    const actions = ['states:StartExecution'];
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.stateMachineArn] });
  }

  /** Allows `grantee` to learn how executions stand and what came of them. */
  grantDescribeExecution(grantee: iam.IGrantable): iam.Grant {
    const { stateMachineName: resourceName } = this.stateMachine;
    const executions = Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${resourceName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    return iam.Grant.addToPrincipal({ grantee, actions: ['states:DescribeExecution'], resourceArns: [executions] });
  }

  /** A metric of the state machine, e.g. `ExecutionTime`. @default - the mean over five minutes */
  metric(name: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metric(name, props);
  }

  /** How many executions started. @default - the sum over five minutes */
  metricStarted(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricStarted(props);
  }

  /** How many executions succeeded. @default - the sum over five minutes */
  metricSucceeded(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricSucceeded(props);
  }

  /** How many executions failed. @default - the sum over five minutes */
  metricFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricFailed(props);
  }

  /** How long executions took, in milliseconds. @default - the mean over five minutes */
  metricTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricTime(props);
  }

  private createStateMachines(props: WorkflowProps): {
    readonly stateMachine: sfn.StateMachine;
    readonly parts: NestedMachines | undefined;
  } {
    const { stateMachine, nestedMachines, type } = this.compiled;
    if (!stateMachine) throw new WorkflowError(this, `The flow "${props.flow}" compiled to nothing`);
    const arnOf = (component: string): string => {
      const found = this.functions.get(component);
      if (found) return found.function.functionArn;
      throw new WorkflowError(this, `The flow "${props.flow}" calls "${component}", which has no function`);
    };
    const common = {
      tracingEnabled: true,
      logs: {
        destination: executionLog(this, props.logRetention),
        level: sfn.LogLevel.ALL,
        includeExecutionData: props.logExecutionData ?? false,
      },
    };
    const role = nestedMachines.length > 0 ? sharedRole(this) : undefined;
    const parts = role && createNestedMachines(this, this.compiled, { ...common, role, arnOf });
    const machine = parts ? parts.arnOf : (name: string) => name;
    const own = new sfn.StateMachine(this, 'StateMachine', {
      ...common,
      ...definitionProps(this, stateMachine, { component: arnOf, machine }),
      ...(role && { role }),
      stateMachineName: this.stateMachineName,
      stateMachineType: sfn.StateMachineType[type],
    });
    if (parts) own.node.addDependency(...parts.stateMachines);
    return { stateMachine: own, parts };
  }
}

/** The role of a workflow's state nestedMachines, where there are several. */
const sharedRole = (scope: Construct): iam.Role =>
  new iam.Role(scope, 'StateMachineRole', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });

/**
 * Stack, construct and a hash. A state machine whose type changes is replaced, and the new one is there before the old
 * one goes: so the type is a part of the name.
 */
function nameOf(workflow: Workflow): string {
  const end = workflow.compiled.type === 'EXPRESS' ? '-express' : '';
  const options = { separator: '-', allowedSpecialCharacters: '_-', maxLength: QUOTAS.name - end.length };
  return `${Names.uniqueResourceName(workflow, options)}${end}`;
}

function open(workflow: Construct, props: WorkflowProps): DeployableFlow {
  try {
    return deployableFlow(props);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const remedy = 'give the path of a flow, and of its profile, from the folder that the app is run in';
    throw new WorkflowError(workflow, `The flow "${props.flow}" cannot be read (${why}); ${remedy}`);
  }
}

/** A secret's value would stand in the template if it came as a variable's. */
function refuseOpenSecrets(
  workflow: Construct,
  { file, compiled }: DeployableFlow,
  { variables }: ContextValues,
): void {
  const open = [...(compiled.flow ? secretVariables(compiled.flow).keys() : [])].find((name) => name in variables);
  if (open === undefined) return;
  const remedy = 'put it into Secrets Manager, and give the secret under "secrets" or the context "stepflow:secrets"';
  throw new WorkflowError(workflow, `"${open}" of the flow "${file}" is secret, but its value stands open; ${remedy}`);
}

/** The functions themselves and none of their versions, because the state machine names none. */
function allowInvoking(workflow: Workflow, functions: readonly ComponentFunction[]): void {
  if (functions.length === 0) return;
  const resourceArns = [...new Set(functions)].map((each) => each.function.functionArn);
  iam.Grant.addToPrincipal({ grantee: workflow, actions: ['lambda:InvokeFunction'], resourceArns });
}

/** Log groups under this prefix do not use up the account's few resource policies for logs; source: the Step Functions guide. */
const executionLog = (scope: Construct, retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH): logs.LogGroup =>
  new logs.LogGroup(scope, 'Log', {
    logGroupName: `/aws/vendedlogs/states/${Names.uniqueResourceName(scope, { maxLength: 80 })}`,
    retention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
