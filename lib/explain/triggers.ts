import type { Flow } from '../flow/flow.ts';
import { type CompletionTarget, defaultInputPath, type Trigger } from '../flow/triggers/trigger.ts';
import type { Json, JsonObject } from '../protocol/json.ts';
import { BILLING, PRICES } from '../simulate/prices.ts';
import { nextTimes } from './next-times.ts';

/** What starts a flow besides calls, and how. */
export interface ExplainedTrigger {
  readonly name: string;
  readonly kind: Trigger['kind'];
  readonly enabled: boolean;
  /** Of a schedule. */
  readonly schedule?: {
    readonly expression: string;
    readonly timezone: string;
    /** When it is due next, in its time zone: `2030-01-31T09:00:00+01:00`. None where it never is again. */
    readonly next: readonly string[];
  };
  /** Of objects and events: the name or ARN of the bus that has them. */
  readonly bus?: string;
  /** Of messages: the name or ARN of the queue, and how many start one execution at most. */
  readonly queue?: string;
  readonly batchSize?: number;
  /** Which events or messages start it. @default all */
  readonly pattern?: JsonObject;
  /** The flow's input, as an expression that reads the event. */
  readonly input: Json;
  /** What a start costs in US dollars: besides the execution of the flow, and besides what who sends the event pays. */
  readonly costUsd: number;
}

/** What starts a flow, and who is told how its executions end. */
export interface ExplainedStarts {
  readonly triggers: readonly ExplainedTrigger[];
  readonly onSuccess: readonly CompletionTarget[];
  readonly onFailure: readonly CompletionTarget[];
}

/** So many times of a schedule are enough to see what it means. */
const TIMES = 3;

/** Explains the triggers of a flow. `now`: from when on the next times of schedules are. */
export const explainStarts = ({ triggers = [], completion }: Flow, now: Date): ExplainedStarts => ({
  triggers: triggers.map((trigger) => ({ ...sourceOf(trigger, now), ...commonOf(trigger) })),
  onSuccess: completion?.onSuccess ?? [],
  onFailure: completion?.onFailure ?? [],
});

function commonOf(trigger: Trigger): Pick<ExplainedTrigger, 'name' | 'kind' | 'enabled' | 'input' | 'costUsd'> {
  const { name, kind, enabled, written } = trigger;
  const path = defaultInputPath(kind, trigger.kind === 'queue' ? trigger.batchSize : 1) ?? '$';
  return { name, kind, enabled, input: written ?? { $input: path }, costUsd: NOTICED[kind] + STARTING };
}

function sourceOf(trigger: Trigger, now: Date): Partial<ExplainedTrigger> {
  if (trigger.kind === 'schedule') {
    const { schedule, timezone } = trigger;
    return {
      schedule: {
        expression: schedule.expression,
        timezone,
        next: nextTimes(schedule, timezone, now, TIMES),
      },
    };
  }
  if (trigger.kind === 'queue') {
    const { queue, batchSize, pattern } = trigger;
    return { queue, batchSize, ...(pattern && { pattern }) };
  }
  return { bus: trigger.bus, pattern: trigger.pattern };
}

/** What it costs to notice that the flow has to start. */
const NOTICED: { readonly [kind in Trigger['kind']]: number } = {
  schedule: PRICES.schedule,
  queue: PRICES.pipeRequest,
  // A rule costs nothing: events of a program are paid for by who sends them.
  event: 0,
  s3: 0,
};

/** The Express state machine that makes the input and starts the flow: the least that one takes. */
const STARTING =
  PRICES.expressRequest + PRICES.expressGbSecond * (BILLING.expressMs / 1000) * (BILLING.expressMb / 1024);
