import { Names, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as pipes from 'aws-cdk-lib/aws-pipes';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { CompiledTrigger } from '../../compiler/triggers/entry-machine.ts';
import { scheduleEvent } from '../../flow/triggers/schedule-event.ts';
import type { EventTrigger, QueueTrigger, ScheduleTrigger } from '../../flow/triggers/trigger.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { sha256 } from '../../runtime/stores/blobs.ts';
import { definitionProps } from '../definition.ts';
import { RoleDraft } from '../role-draft.ts';
import { createStateMachine } from '../state-machine.ts';
import { stateMachineArn } from '../state-machine-arns.ts';
import { allowEncryptedLogs, grantStateMachineKey } from '../state-machine-key.ts';
import { stateMachineRoleDraft, stateMachines } from '../state-machine-role.ts';
import { patternOf, type TriggerOptions } from './bound-sources.ts';
import { allowDeadLetters, allowMessages, allowScheduleKey, onBehalfOf } from './trigger-rights.ts';

/** What the triggers of a workflow need of it. */
export interface TriggerContext {
  /** The ARN of the alias that executions are started by. */
  readonly aliasArn: string;
  readonly grantStart: (grantee: iam.IGrantable) => iam.Grant;
  readonly deadLetters: sqs.Queue;
  readonly encryptionKey: kms.IKey | undefined;
  readonly logGroup: logs.ILogGroup;
  readonly includeExecutionData: boolean;
  /** Whether they start anything, and what of the app starts them. */
  readonly options: TriggerOptions;
  readonly permissionsBoundary: iam.IManagedPolicy | undefined;
}

/** How long EventBridge tries to deliver an event, before it goes to the dead letters: as long as it can. */
const RETRIES = { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 };

/** A trigger of a workflow: what notices events, and the Express state machine that starts the flow with them. */
export class WorkflowTrigger extends Construct {
  readonly stateMachine: sfn.StateMachine;
  /** The role by which a service starts the state machine. */
  readonly sourceRole: iam.Role;
  private readonly stateMachineName: string;
  private readonly context: TriggerContext;

  constructor(
    scope: Construct,
    id: string,
    { trigger, stateMachine: definition }: CompiledTrigger,
    context: TriggerContext,
  ) {
    super(scope, id);
    this.context = context;
    // Named here, so that roles may be limited to it.
    this.stateMachineName = nameOf(this, QUOTAS.name);
    const { deadLetters, aliasArn, encryptionKey, logGroup, includeExecutionData } = context;
    const draft = stateMachineRoleDraft(this);
    context.grantStart(draft);
    if (trigger.kind !== 'queue') allowDeadLetters(draft, deadLetters);
    if (encryptionKey) {
      grantStateMachineKey(this, draft, encryptionKey, [this.stateMachineName]);
      allowEncryptedLogs(this, draft, encryptionKey);
    }
    const role = draft.create(this, {
      assumedBy: stateMachines(this, [this.stateMachineName]),
      ...(context.permissionsBoundary && { permissionsBoundary: context.permissionsBoundary }),
    });
    this.stateMachine = createStateMachine(this, 'StateMachine', {
      role,
      logGroup,
      includeExecutionData,
      encryptionKey,
      stateMachineName: this.stateMachineName,
      stateMachineType: sfn.StateMachineType.EXPRESS,
      ...definitionProps(this, definition, {
        component: (path) => path,
        machine: () => aliasArn,
        queue: () => deadLetters.queueUrl,
      }),
    });
    const isEnabled = trigger.enabled && (context.options.enabled ?? true);
    if (trigger.kind === 'schedule') this.sourceRole = this.schedule(trigger, isEnabled);
    else if (trigger.kind === 'queue') this.sourceRole = this.pipe(trigger, isEnabled);
    else this.sourceRole = this.rule(trigger, isEnabled);
  }

  /** The role by which a service starts the state machine, and does what else it has to. */
  private roleFor(assumedBy: iam.IPrincipal, action: string, allow: (draft: RoleDraft) => void = () => {}): iam.Role {
    const scope = new Construct(this, 'Source');
    const { permissionsBoundary, encryptionKey } = this.context;
    const draft = new RoleDraft(scope);
    draft.allow([action], this.stateMachine.stateMachineArn);
    if (encryptionKey) grantStateMachineKey(this, draft, encryptionKey, [this.stateMachineName]);
    allow(draft);
    return draft.create(scope, { assumedBy, ...(permissionsBoundary && { permissionsBoundary }) });
  }

  private schedule(trigger: ScheduleTrigger, enabled: boolean): iam.Role {
    const { deadLetters, encryptionKey } = this.context;
    const stack = Stack.of(this);
    const { account, region } = stack;
    const name = nameOf(this, SOURCE_NAME);
    const arnOf = (resource: string, resourceName: string) =>
      stack.formatArn({ service: 'scheduler', resource, resourceName });
    // Scheduler has a role used for a group of schedules, not for one of them.
    const assumedBy = onBehalfOf(this, 'scheduler', arnOf('schedule-group', 'default'));
    const role = this.roleFor(assumedBy, 'states:StartExecution', (draft) => {
      allowDeadLetters(draft, deadLetters);
      if (encryptionKey) allowScheduleKey(draft, encryptionKey, arnOf('schedule', `default/${name}`));
    });
    const event = scheduleEvent(trigger.name, {
      id: '<aws.scheduler.execution-id>',
      time: '<aws.scheduler.scheduled-time>',
      attempt: '<aws.scheduler.attempt-number>',
      arn: '<aws.scheduler.schedule-arn>',
      account,
      region,
    });
    new scheduler.CfnSchedule(this, 'Schedule', {
      name,
      scheduleExpression: trigger.schedule.expression,
      scheduleExpressionTimezone: trigger.timezone,
      flexibleTimeWindow: { mode: 'OFF' },
      state: enabled ? 'ENABLED' : 'DISABLED',
      ...(encryptionKey && { kmsKeyArn: encryptionKey.keyArn }),
      target: {
        arn: this.stateMachine.stateMachineArn,
        roleArn: role.roleArn,
        input: stack.toJsonString(event),
        deadLetterConfig: { arn: deadLetters.queueArn },
        retryPolicy: RETRIES,
      },
    });
    return role;
  }

  private rule(trigger: EventTrigger, enabled: boolean): iam.Role {
    const name = nameOf(this, SOURCE_NAME);
    const { buckets = {}, buses = {} } = this.context.options;
    const bucket = trigger.bucket === undefined ? undefined : buckets[trigger.bucket];
    bucket?.enableEventBridgeNotification();
    const bus = buses[trigger.bus]?.eventBusName ?? trigger.bus;
    const resourceName = bus === 'default' ? name : `${bus.replace(/^arn:.*:event-bus\//, '')}/${name}`;
    const arn = Stack.of(this).formatArn({ service: 'events', resource: 'rule', resourceName });
    const role = this.roleFor(onBehalfOf(this, 'events', arn), 'states:StartExecution');
    new events.CfnRule(this, 'Rule', {
      name,
      description: `Starts a flow: ${trigger.name}`,
      eventPattern: bucket ? patternOf(trigger.pattern, bucket) : trigger.pattern,
      ...(bus !== 'default' && { eventBusName: bus }),
      state: enabled ? 'ENABLED' : 'DISABLED',
      targets: [
        {
          id: 'Flow',
          arn: this.stateMachine.stateMachineArn,
          roleArn: role.roleArn,
          deadLetterConfig: { arn: this.context.deadLetters.queueArn },
          retryPolicy: {
            maximumEventAgeInSeconds: RETRIES.maximumEventAgeInSeconds,
            maximumRetryAttempts: RETRIES.maximumRetryAttempts,
          },
        },
      ],
    });
    return role;
  }

  /** The pipe waits for the state machine: a message that did not start the flow stays in its queue, which counts how often. */
  private pipe({ queue, batchSize, pattern }: QueueTrigger, enabled: boolean): iam.Role {
    const stack = Stack.of(this);
    const bound = this.context.options.queues?.[queue]?.queueArn;
    const named = queue.startsWith('arn:') ? queue : stack.formatArn({ service: 'sqs', resource: queue });
    const source = bound ?? named;
    // A pipe of another queue is another pipe, which CloudFormation makes before it deletes the one before: the names have to
    // differ. When a queue of the app becomes another one is only known to CloudFormation, which then names the pipe.
    const name = bound === undefined ? `${nameOf(this, SOURCE_NAME - 9)}-${sha256(queue).slice(0, 8)}` : undefined;
    const arn = stack.formatArn({ service: 'pipes', resource: 'pipe', resourceName: name ?? '*' });
    const role = this.roleFor(onBehalfOf(this, 'pipes', arn), 'states:StartSyncExecution', (draft) =>
      allowMessages(this, draft, source),
    );
    new pipes.CfnPipe(this, 'Pipe', {
      ...(name !== undefined && { name }),
      source,
      sourceParameters: {
        sqsQueueParameters: { batchSize },
        ...(pattern && { filterCriteria: { filters: [{ pattern: JSON.stringify(pattern) }] } }),
      },
      target: this.stateMachine.stateMachineArn,
      targetParameters: { stepFunctionStateMachineParameters: { invocationType: 'REQUEST_RESPONSE' } },
      roleArn: role.roleArn,
      desiredState: enabled ? 'RUNNING' : 'STOPPED',
    });
    return role;
  }
}

/** Characters of the name of a rule, a schedule or a pipe. Sources: "PutRule", "CreateSchedule" and "CreatePipe" in the API references. */
const SOURCE_NAME = 64;

const nameOf = (trigger: WorkflowTrigger, maxLength: number): string =>
  Names.uniqueResourceName(trigger, { maxLength, separator: '-', allowedSpecialCharacters: '_-' });

/** Statuses of executions that completion targets are told of. */
export type CompletionStatus = 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** The events that Step Functions sends when an execution of a Standard state machine ends. Source: "Automating Step Functions event delivery with EventBridge". */
export const completionPattern = (scope: Construct, name: string, status: readonly CompletionStatus[]) => ({
  source: ['aws.states'],
  detailType: ['Step Functions Execution Status Change'],
  detail: { status: [...status], stateMachineArn: [stateMachineArn(scope, name)] },
});
