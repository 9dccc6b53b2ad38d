import type { Json } from '../../protocol/json.ts';

/** What is known when a schedule starts a flow. */
export interface ScheduledStart {
  /** The id of the start, the same where it is tried again. */
  readonly id: string;
  /** When it was due, in UTC: 2030-01-31T08:00:00Z. */
  readonly time: string;
  /** How often it has been tried, from 1. */
  readonly attempt: string;
  /** The ARN of the schedule. */
  readonly arn: string;
  readonly account: string;
  readonly region: string;
}

/** Where the events of schedules come from. */
export const SCHEDULER = 'aws.scheduler';

/** The type of the events of schedules. */
const SCHEDULED = 'Scheduled Event';

/** The event that a schedule starts a flow with: it has the form of all events of EventBridge. */
export const scheduleEvent = (trigger: string, { id, time, attempt, arn, account, region }: ScheduledStart): Json => ({
  version: '0',
  id,
  source: SCHEDULER,
  'detail-type': SCHEDULED,
  account,
  region,
  time,
  resources: [arn],
  detail: { schedule: trigger, time, attempt },
});
