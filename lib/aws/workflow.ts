import { basename, extname } from 'node:path';
import { Names, type RemovalPolicy } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { secretVariables } from '../compiler/analyse/variables.ts';
import type { Compiled } from '../compiler/compile.ts';
import type { Limits } from '../compiler/emit/split/emit-within.ts';
import { publishedFlow } from '../executions/aws/flow-facts.ts';
import { isConcurrency } from '../flow/read/aws-metadata.ts';
import { EXPRESS_SUFFIX, versionComment } from '../protocol/deployed.ts';
import type { Json } from '../protocol/json.ts';
import { DEFAULT_CONCURRENCY, QUOTAS } from '../protocol/quotas.ts';
import { type AlarmBounds, type AlarmOptions, alarmBounds } from './alarm-options.ts';
import type { BlobStore } from './blob-store.ts';
import { type ComponentFunction, grantInvokeVersions } from './component-function.ts';
import { defaultBlobs } from './components.ts';
import { type ContextValues, contextValuesOf } from './context-values.ts';
import { definitionProps } from './definition.ts';
import { type DeployableFlow, deployableFlow, diagnosticsOf } from './deployable-flow.ts';
import { allowMapRuns, hasDistributedMap } from './distributed-maps.ts';
import { publishFacts } from './flow-facts.ts';
import { addWarnings, flowFunctions, refuseErrors } from './flow-functions.ts';
import { constructIds } from './flow-ids.ts';
import type { FunctionsOptions } from './function-options.ts';
import { requirementsOf } from './function-requirements.ts';
import type { ReadableSecret } from './function-secrets.ts';
import { checkedOptions } from './function-settings.ts';
import { type GradualDeployment, publishLive, type WatchedAlarm } from './live-alias.ts';
import { type LogOptions, logsOf, sharedLogGroup } from './log-groups.ts';
import { allowNestedMachines, createNestedMachines, type NestedMachines, nestedPattern } from './nested-machines.ts';
import { versionIdOf } from './published-version.ts';
import { renewRights } from './renewed-rights.ts';
import { markAsPart } from './retained.ts';
import { createStateMachine } from './state-machine.ts';
import { executionArn } from './state-machine-arns.ts';
import { allowEncryptedLogs, grantStateMachineKey } from './state-machine-key.ts';
import { stateMachineRoleDraft, stateMachines } from './state-machine-role.ts';
import { refuseUnused, type TriggerOptions, triggerOptions } from './triggers/bound-sources.ts';
import { completionTarget } from './triggers/completion-target.ts';
import { createDeadLetters } from './triggers/dead-letters.ts';
import { type CompletionStatus, completionPattern, WorkflowTrigger } from './triggers/workflow-triggers.ts';
import { createAlarms } from './workflow-alarms.ts';
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
   * @default - `metadata.aws.maxConcurrency` of the flow, else 200 for the items of a map, and 1,000 in all
   */
  readonly maxConcurrency?: number;
  /**
   * Whether the logs include the input and output of states, which may contain personal data.
   * @default false
   */
  readonly logExecutionData?: boolean;
  /**
   * Options of the functions: for all, and for those of single components. Workflows of a stack share a component's function
   * only where they give it the same options.
   * @default - what each component declares
   */
  readonly functions?: FunctionsOptions;
  /**
   * The key that encrypts the state machines, their executions and the logs. Its policy is extended for Step Functions and
   * CloudWatch Logs; where the key is imported, its owner has to allow them: see "Data at rest encryption in Step Functions".
   * @default - keys of AWS
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * The most that the role of the state machines may be allowed.
   * @default - none
   */
  readonly permissionsBoundary?: iam.IManagedPolicy;
  /**
   * How executions that are started move to a new version of the flow.
   * @default - all at once
   */
  readonly deployment?: GradualDeployment;
  /**
   * Alarms on failures, on the time of executions and on throttles. `{}`: with the default bounds.
   * @default - none
   */
  readonly alarms?: AlarmOptions;
  /**
   * What of the app the flow's triggers name, and whether they start it. `false`: they are deployed, but switched off.
   * @default true
   */
  readonly triggers?: boolean | TriggerOptions;
  /**
   * What happens to versions, functions and nested state machines that a later deployment has no use for.
   * @default RemovalPolicy.RETAIN - running executions may need them; `stepflow prune` deletes them
   */
  readonly removalPolicy?: RemovalPolicy;
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
  /** The ARN of the alias `live`, which points to the version of the latest deployment: start executions with this one. */
  readonly aliasArn: string;
  /** The state machine's physical name, which is known at synthesis. */
  readonly stateMachineName: string;
  /** The state machines that it starts, if the flow is too large for one. */
  readonly nestedMachines: NestedMachines | undefined;
  /** The compiled flow: its steps, its type, the schema of its input. */
  readonly compiled: Compiled;
  /** The functions that it invokes, by the component paths that the flow uses. */
  readonly functions: ReadonlyMap<string, ComponentFunction>;
  readonly blobs: BlobStore;
  private readonly encryptionKey: kms.IKey | undefined;
  /** The state machine's role. */
  readonly grantPrincipal: iam.IPrincipal;
  /** Its alarms, as `alarms` asks for them. */
  readonly alarms: readonly cloudwatch.Alarm[];
  /** The bounds of the alarms. */
  readonly alarmBounds: AlarmBounds;
  /** The queue for events that did not start the flow, or that nobody could be told of; undefined where there are none. */
  readonly deadLetters: sqs.Queue | undefined;
  /** What starts it besides calls, in the order of the flow. */
  readonly triggers: readonly WorkflowTrigger[];
  private readonly watchedAlarms: WatchedAlarm[] | undefined;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    this.encryptionKey = props.encryptionKey;
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
    this.functions = flowFunctions(this, flow, {
      blobs: this.blobs,
      requirements,
      settings: {
        folder: flow.folders.components[0] ?? '',
        options: checkedOptions(this, props.functions, flow.lookup.catalog),
        log: logOf(props),
        removalPolicy: props.removalPolicy,
      },
    });
    this.stateMachineName = stateMachineNameOf(this);
    const { stateMachine, nestedMachines } = this.createStateMachines(props);
    this.stateMachine = stateMachine;
    this.nestedMachines = nestedMachines;
    this.stateMachineArn = this.stateMachine.stateMachineArn;
    this.grantPrincipal = this.stateMachine.grantPrincipal;
    const live = publishLive(this, stateMachine, props);
    this.aliasArn = live.alias.ref;
    this.watchedAlarms = live.alarms;
    this.deadLetters = this.createDeadLetters();
    this.triggers = this.createTriggers(props);
    this.createCompletion();
    this.alarmBounds = props.alarms ? alarmBounds(this, props.alarms, flow.source) : {};
    this.alarms = createAlarms(this, this.alarmBounds, props.alarms?.topic);
    renewRights(this, props.removalPolicy);
    markAsPart(this);
  }

  /**
   * Allows `grantee` to start executions, by the alias `live` or otherwise: Step Functions authorises by the state machine's
   * own ARN. Source: "Authorization for versions and aliases in Step Functions workflows", AWS Step Functions developer guide.
   */
  grantStartExecution(grantee: iam.IGrantable): iam.Grant {
    const actions = ['states:StartExecution'];
    return this.withKey(grantee, iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.stateMachineArn] }));
  }

  /** Allows `grantee` to start executions of an Express flow and to wait for their results. */
  grantStartSyncExecution(grantee: iam.IGrantable): iam.Grant {
    const actions = ['states:StartSyncExecution'];
    return this.withKey(grantee, iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.stateMachineArn] }));
  }

  /** Allows `grantee` to describe executions: their status, and their output or error. */
  grantDescribeExecution(grantee: iam.IGrantable): iam.Grant {
    const executions = executionArn(this, `${this.stateMachineName}:*`);
    const grant = { grantee, actions: ['states:DescribeExecution'], resourceArns: [executions] };
    return this.withKey(grantee, iam.Grant.addToPrincipal(grant));
  }

  /** Allows `grantee` to read and write what the key of the workflow encrypts, if it has one. */
  grantEncryptionKey(grantee: iam.IGrantable): iam.Grant {
    if (!this.encryptionKey) return iam.Grant.drop(grantee, 'Everything is encrypted with keys of AWS.');
    const names = [this.stateMachineName, nestedPattern(this, this.compiled) ?? []].flat();
    return grantStateMachineKey(this, grantee, this.encryptionKey, names);
  }

  /** What is encrypted with a key of the customer is only readable with it. */
  private withKey(grantee: iam.IGrantable, grant: iam.Grant): iam.Grant {
    return this.encryptionKey ? grant.combine(this.grantEncryptionKey(grantee)) : grant;
  }

  /**
   * Rolls a gradual deployment back when an alarm goes off meanwhile, such as one of {@link Workflow.alarms}.
   *
   * @throws WorkflowError if the workflow has no `deployment`
   */
  rollBackOn(...alarms: readonly WatchedAlarm[]): void {
    if (this.watchedAlarms) this.watchedAlarms.push(...alarms);
    else {
      const remedy = "give the Workflow deployment: { type: 'canary', percentage: 10, interval: Duration.minutes(10) }";
      throw new WorkflowError(this, `Nothing can be rolled back, because the alias is moved at once; ${remedy}`);
    }
  }

  /**
   * A rule for the events of executions that end, to which targets can be added.
   *
   * @throws WorkflowError for an Express flow, of which there are no such events
   */
  completionRule(id: string, { status }: { readonly status: readonly CompletionStatus[] }): events.Rule {
    if (this.compiled.type === 'EXPRESS') {
      const remedy = "remove the flow's metadata.aws.type: EXPRESS, or let its last step tell it";
      throw new WorkflowError(this, `Step Functions sends no events about executions of Express flows; ${remedy}`);
    }
    return new events.Rule(this, id, {
      description: `Executions of ${this.flowName} that ended: ${status.join(', ')}`,
      eventPattern: completionPattern(this, this.stateMachineName, status),
    });
  }

  /** Tells a target, such as `new targets.SnsTopic(topic)`, of each execution that succeeds. */
  onSuccess(id: string, target: events.IRuleTarget): events.Rule {
    return this.told(id, ['SUCCEEDED'], target);
  }

  /** Tells a target of each execution that fails or takes too long. One that was stopped did not fail. */
  onFailure(id: string, target: events.IRuleTarget): events.Rule {
    return this.told(id, ['FAILED', 'TIMED_OUT'], target);
  }

  private told(id: string, status: readonly CompletionStatus[], target: events.IRuleTarget): events.Rule {
    const rule = this.completionRule(id, { status });
    rule.addTarget(target);
    return rule;
  }

  private createDeadLetters(): sqs.Queue | undefined {
    const { triggers = [], flow } = this.compiled;
    const isNeeded = triggers.length > 0 || flow?.completion !== undefined;
    return isNeeded ? createDeadLetters(this, this.encryptionKey) : undefined;
  }

  private createTriggers(props: WorkflowProps): readonly WorkflowTrigger[] {
    const { deadLetters, aliasArn, encryptionKey } = this;
    refuseUnused(this, triggerOptions(props.triggers), this.compiled.flow?.triggers ?? []);
    if (!deadLetters) return [];
    const context = {
      ...{ aliasArn, deadLetters, encryptionKey },
      grantStart: (grantee: iam.IGrantable) => this.grantStartExecution(grantee),
      logGroup: sharedLogGroup(logsOf(this), 'executions', logOf(props)),
      includeExecutionData: props.logExecutionData ?? false,
      options: triggerOptions(props.triggers),
      permissionsBoundary: props.permissionsBoundary,
    };
    const { triggers = [] } = this.compiled;
    const ids = constructIds(triggers.map(({ trigger }) => trigger.name));
    return triggers.map((each) => {
      const { name } = each.trigger;
      return new WorkflowTrigger(this, `Trigger${ids.get(name) ?? name}`, each, context);
    });
  }

  /** The targets that the flow itself names. */
  private createCompletion(): void {
    const { completion } = this.compiled.flow ?? {};
    if (!completion) return;
    for (const [id, status, targets] of [
      ['OnSuccess', ['SUCCEEDED'], completion.onSuccess],
      ['OnFailure', ['FAILED', 'TIMED_OUT'], completion.onFailure],
    ] as const) {
      if (targets.length === 0) continue;
      const rule = this.completionRule(id, { status });
      for (const [at, each] of targets.entries())
        rule.addTarget(completionTarget(rule, `Target${at + 1}`, each, this.deadLetters));
    }
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
    const versionOf = (component: string): lambda.CfnVersion => {
      const found = this.functions.get(component);
      if (found) return found.version;
      throw new WorkflowError(this, `The flow "${props.flow}" calls "${component}", which has no function`);
    };
    const arnOf = (component: string): string => versionOf(component).ref;
    const versionId = (component: string): string => versionIdOf(versionOf(component));
    const pattern = nestedPattern(this, this.compiled);
    const secondsOf = (component: string) => this.functions.get(component)?.timeoutSeconds;
    const common = {
      role: this.createRole(pattern, props),
      encryptionKey: props.encryptionKey,
      logGroup: sharedLogGroup(logsOf(this), 'executions', logOf(props)),
      includeExecutionData: props.logExecutionData ?? false,
    };
    const { removalPolicy } = props;
    const nestedMachines =
      pattern === undefined
        ? undefined
        : createNestedMachines(this, this.compiled, {
            ...common,
            arnOf,
            secondsOf,
            versionIdOf: versionId,
            removalPolicy,
          });
    const machine = nestedMachines ? nestedMachines.arnOf : (name: string) => name;
    const stateMachine = createStateMachine(this, 'StateMachine', {
      ...common,
      ...definitionProps(this, definition, {
        ...{ component: arnOf, seconds: secondsOf, machine },
        comment: this.versionComment(),
      }),
      stateMachineName: this.stateMachineName,
      stateMachineType: sfn.StateMachineType[type],
    });
    return { stateMachine, nestedMachines };
  }

  /** Tells whoever looks at an execution where the parts of its version are. */
  private versionComment(): string {
    const groups = [...this.functions.values()].map((each) => each.function.logGroup.logGroupName);
    return versionComment({
      flow: this.flowName,
      facts: publishFacts(this, publishedFlow(this.flowName, this.compiled)),
      blobs: this.blobs.uri,
      ...(this.blobs.blobDays !== undefined && { blobDays: this.blobs.blobDays }),
      logs: [...new Set(groups)],
    });
  }

  /** The role of all its state machines. */
  private createRole(nested: string | undefined, { encryptionKey, permissionsBoundary }: WorkflowProps): iam.Role {
    const draft = stateMachineRoleDraft(this);
    grantInvokeVersions(draft, [...this.functions.values()]);
    if (nested !== undefined) allowNestedMachines(this, draft, nested);
    const { stateMachine, nestedMachines } = this.compiled;
    const name = this.stateMachineName;
    const mapNames = [
      ...(stateMachine && hasDistributedMap(stateMachine) ? [name] : []),
      ...(nested !== undefined && nestedMachines.some((each) => hasDistributedMap(each.stateMachine)) ? [nested] : []),
    ];
    if (mapNames.length > 0) this.blobs.grantMapRuns(draft);
    for (const each of mapNames) allowMapRuns(this, draft, each);
    const names = nested === undefined ? [name] : [name, nested];
    if (encryptionKey) {
      grantStateMachineKey(this, draft, encryptionKey, names);
      allowEncryptedLogs(this, draft, encryptionKey);
    }
    return draft.create(this, {
      assumedBy: stateMachines(this, names),
      ...(permissionsBoundary && { permissionsBoundary }),
    });
  }
}

/**
 * Stack, construct and a hash. CloudFormation replaces a state machine whose type changes and creates the new one before it
 * deletes the old one, so the name includes the type.
 */
function stateMachineNameOf(workflow: Workflow): string {
  const suffix = workflow.compiled.type === 'EXPRESS' ? EXPRESS_SUFFIX : '';
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

const logOf = ({ logRetention: retention, encryptionKey }: WorkflowProps): LogOptions => ({ retention, encryptionKey });
