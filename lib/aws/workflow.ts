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
import { isConcurrency } from '../flow/read/aws-metadata.ts';
import type { Json } from '../protocol/json.ts';
import { DEFAULT_CONCURRENCY, QUOTAS } from '../protocol/quotas.ts';
import type { BlobStore } from './blob-store.ts';
import type { ComponentFunction } from './component-function.ts';
import { defaultBlobs } from './components.ts';
import { type ContextValues, contextValuesOf } from './context-values.ts';
import { definitionProps } from './definition.ts';
import { type DeployableFlow, deployableFlow, diagnosticsOf } from './deployable-flow.ts';
import { allowDistributedMaps, hasDistributedMap } from './distributed-maps.ts';
import { addWarnings, flowFunctions, refuseErrors } from './flow-functions.ts';
import { requirementsOf } from './function-requirements.ts';
import type { ReadableSecret } from './function-secrets.ts';
import { allowNestedMachines, createNestedMachines, type NestedMachines } from './nested-machines.ts';
import { WorkflowError } from './workflow-error.ts';

/** Properties of a {@link Workflow}. */
export interface WorkflowProps {
  /** The flow's file, from the working directory, e.g. `workflows/user-insights.yaml`. */
  readonly flow: string;
  /**
   * The flow's name in the API.
   * @default - the file's name without its extension
   */
  readonly flowName?: string;
  /**
   * The file with the measured durations of the flow's steps, by which they are arranged.
   * @default - `NAME.profile.json` next to the flow, if it exists
   */
  readonly profile?: string;
  /**
   * Values of the flow's variables; they take precedence over those of the context `stepflow:variables`.
   * @default - those of the context, else the flow's own defaults
   */
  readonly variables?: { readonly [name: string]: Json };
  /**
   * The secrets that hold the values of the flow's secret variables, by the variables' names: any `secretsmanager.ISecret`.
   * A function may only read the secrets that its steps use.
   * @default - the secrets that the context `stepflow:secrets` names
   */
  readonly secrets?: { readonly [name: string]: ReadableSecret };
  /**
   * The folder of the components, laid out as `PLUGIN/COMPONENT.ts`. A component's function is shared by all
   * workflows of the stack that use it.
   * @default - the nearest folder `lambdas`, next to the flow or further up
   */
  readonly components?: string;
  /**
   * The components that flows may call that are only known at run time (`eval`, `map` and `iterate` of a flow that is not
   * a literal), in addition to those that this flow calls.
   * @default - none
   */
  readonly nestedComponents?: readonly string[];
  /**
   * The store of large values.
   * @default - one store, shared by the stack's workflows
   */
  readonly blobs?: BlobStore;
  /**
   * How long the logs of executions and functions are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
  /**
   * The limits of a state machine. A flow that needs more is compiled to a state machine with nested ones.
   * @default - those of AWS, less a reserve
   */
  readonly limits?: Limits;
  /**
   * How many functions an execution calls at once, as far as Maps call them: maps and wide fan-outs share it. A step's
   * `max_concurrency` takes precedence.
   * @default - `metadata.aws.maxConcurrency` of the flow, else 200
   */
  readonly maxConcurrency?: number;
  /**
   * Whether the logs include the input and output of states, which may contain personal data.
   * @default false
   */
  readonly logExecutionData?: boolean;
}

/**
 * A flow as a state machine, with a function for each component that it uses and a role that may only invoke these.
 *
 * ```ts
 * new Workflow(this, 'UserInsights', { flow: 'workflows/user-insights.yaml' });
 * ```
 *
 * @throws WorkflowError with the flow's diagnostics if it has errors
 */
export class Workflow extends Construct implements iam.IGrantable {
  readonly flowName: string;
  readonly stateMachine: sfn.StateMachine;
  readonly stateMachineArn: string;
  /** The state machine's physical name, which is known at synthesis. */
  readonly stateMachineName: string;
  /** The state machines that it starts, if the flow is too large for one. */
  readonly nestedMachines: NestedMachines | undefined;
  /** The compiled flow: its steps, its type, the schema of its input. */
  readonly compiled: Compiled;
  /** The functions that it invokes, by the component paths that the flow uses. */
  readonly functions: ReadonlyMap<string, ComponentFunction>;
  readonly blobs: BlobStore;
  /** The state machine's role. */
  readonly grantPrincipal: iam.IPrincipal;
  /** The permissions for its distributed Maps, if it has any. */
  readonly distributedMaps: iam.Policy | undefined;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    this.flowName = props.flowName ?? basename(props.flow, extname(props.flow));
    const contextValues = contextValuesOf(this, props);
    refuseConcurrency(this, props.maxConcurrency);
    const flow = openWorkflowFlow(this, { ...props, ...contextValues });
    const diagnostics = diagnosticsOf(flow);
    refuseErrors(this, flow, diagnostics);
    addWarnings(this, flow, diagnostics);
    refusePlainTextSecrets(this, flow, contextValues);
    this.compiled = flow.compiled;
    this.blobs = props.blobs ?? defaultBlobs(this);
    const requirements = requirementsOf(this, flow, contextValues);
    this.functions = flowFunctions(this, flow, { ...props, blobs: this.blobs, requirements });
    this.stateMachineName = stateMachineNameOf(this);
    const { stateMachine, nestedMachines } = this.createStateMachines(props);
    this.stateMachine = stateMachine;
    this.nestedMachines = nestedMachines;
    this.stateMachineArn = this.stateMachine.stateMachineArn;
    this.grantPrincipal = this.stateMachine.grantPrincipal;
    allowInvoking(this, [...this.functions.values()]);
    if (nestedMachines) allowNestedMachines(this, stateMachine.role, nestedMachines);
    const definition = this.compiled.stateMachine;
    if (nestedMachines?.hasDistributedMaps) this.blobs.grantReadWrite(this);
    this.distributedMaps = definition && hasDistributedMap(definition) ? allowDistributedMaps(this) : undefined;
  }

  /** Allows `grantee` to start executions. */
  grantStartExecution(grantee: iam.IGrantable): iam.Grant {
    const actions = ['states:StartExecution'];
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.stateMachineArn] });
  }

  /** Allows `grantee` to describe executions: their status, and their output or error. */
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
    readonly nestedMachines: NestedMachines | undefined;
  } {
    const { stateMachine: definition, type } = this.compiled;
    if (!definition) throw new WorkflowError(this, `The flow "${props.flow}" has no state machine`);
    const arnOf = (component: string): string => {
      const found = this.functions.get(component);
      if (found) return found.function.functionArn;
      throw new WorkflowError(this, `The flow "${props.flow}" calls "${component}", which has no function`);
    };
    const secondsOf = (component: string) => this.functions.get(component)?.timeoutSeconds;
    const common = {
      tracingEnabled: true,
      logs: {
        destination: executionLog(this, props.logRetention),
        level: sfn.LogLevel.ALL,
        includeExecutionData: props.logExecutionData ?? false,
      },
    };
    const role = this.compiled.nestedMachines.length > 0 ? sharedRole(this) : undefined;
    const nestedMachines = role && createNestedMachines(this, this.compiled, { ...common, role, arnOf, secondsOf });
    const machine = nestedMachines ? nestedMachines.arnOf : (name: string) => name;
    const stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      ...common,
      ...definitionProps(this, definition, { component: arnOf, seconds: secondsOf, machine }),
      ...(role && { role }),
      stateMachineName: this.stateMachineName,
      stateMachineType: sfn.StateMachineType[type],
    });
    if (nestedMachines) stateMachine.node.addDependency(...nestedMachines.stateMachines);
    return { stateMachine, nestedMachines };
  }
}

/** The role that a workflow's state machines share, if there are several. */
const sharedRole = (scope: Construct): iam.Role =>
  new iam.Role(scope, 'StateMachineRole', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });

/**
 * Stack, construct and a hash. CloudFormation replaces a state machine whose type changes and creates the new one before it
 * deletes the old one, so the name includes the type.
 */
function stateMachineNameOf(workflow: Workflow): string {
  const suffix = workflow.compiled.type === 'EXPRESS' ? '-express' : '';
  const options = { separator: '-', allowedSpecialCharacters: '_-', maxLength: QUOTAS.name - suffix.length };
  return `${Names.uniqueResourceName(workflow, options)}${suffix}`;
}

function openWorkflowFlow(workflow: Construct, props: WorkflowProps): DeployableFlow {
  try {
    return deployableFlow(props);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const remedy = 'give the paths of the flow and its profile relative to the folder that the app runs in';
    throw new WorkflowError(workflow, `The flow "${props.flow}" cannot be read (${why}); ${remedy}`);
  }
}

/** Zero would mean no bound to Step Functions. */
function refuseConcurrency(workflow: Construct, maxConcurrency: number | undefined): void {
  if (maxConcurrency === undefined || isConcurrency(maxConcurrency)) return;
  throw new WorkflowError(
    workflow,
    `Its maxConcurrency is ${maxConcurrency}; give a whole number of at least 1, such as ${DEFAULT_CONCURRENCY}`,
  );
}

/** The value of a variable is written into the template, so a secret must not be given as one. */
function refusePlainTextSecrets(
  workflow: Construct,
  { file, compiled }: DeployableFlow,
  { variables }: ContextValues,
): void {
  const exposed = [...(compiled.flow ? secretVariables(compiled.flow).keys() : [])].find((name) => name in variables);
  if (exposed === undefined) return;
  const remedy = 'store it in Secrets Manager, and give the secret in "secrets" or the context "stepflow:secrets"';
  throw new WorkflowError(
    workflow,
    `The variable "${exposed}" of the flow "${file}" is secret, but its value is given in plain text; ${remedy}`,
  );
}

/** Grants no access to function versions, because the definition refers to the functions themselves. */
function allowInvoking(workflow: Workflow, functions: readonly ComponentFunction[]): void {
  if (functions.length === 0) return;
  const resourceArns = [...new Set(functions)].map((each) => each.function.functionArn);
  iam.Grant.addToPrincipal({ grantee: workflow, actions: ['lambda:InvokeFunction'], resourceArns });
}

/** Log groups with this prefix avoid the size limit of the account's resource policy for logs. Source: "Logging using CloudWatch Logs", AWS Step Functions developer guide. */
const executionLog = (scope: Construct, retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH): logs.LogGroup =>
  new logs.LogGroup(scope, 'Log', {
    logGroupName: `/aws/vendedlogs/states/${Names.uniqueResourceName(scope, { maxLength: 80 })}`,
    retention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
