import type { HistoryEvent as AwsHistoryEvent } from '@aws-sdk/client-sfn';
import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import type { HistoryEvent } from '../types.ts';

/** A state that is open after an event, and the states around it. */
interface OpenState {
  readonly name: string;
  /** `Task`, `Map`, … */
  readonly type: string;
  /** How it ended, if it has not been left. A state that failed may be aborted all the same, before its failure is handled. */
  readonly ended?: 'Failed' | 'Aborted';
  readonly around: OpenState | undefined;
}

/**
 * Reads events of AWS's GetExecutionHistory: the reverse of `awsHistoryEvent`. AWS names a state only where it is entered and
 * left; the state of any other event follows from the event before it. Payloads that AWS has truncated, or left out, are null.
 */
export class AwsHistoryReader {
  readonly #execution: string | undefined;
  /** The innermost open state after each event, by the event's id. */
  readonly #after = new Map<number, OpenState | undefined>();

  /** `execution`: the ARN of the execution, if it is a child of the one that is looked at. */
  constructor(execution?: string) {
    this.#execution = execution;
  }

  /** Reads the next event of the execution. */
  read(event: AwsHistoryEvent): HistoryEvent {
    const { id = 0, previousEventId = 0, timestamp, type = '' } = event;
    const details = detailsOf(event);
    const stateName = this.#stateOf(id, this.#after.get(previousEventId), type, details);
    return {
      id,
      previousEventId,
      timestamp: timestamp?.getTime() ?? 0,
      type,
      ...(stateName !== undefined && { stateName }),
      ...(this.#execution !== undefined && { execution: this.#execution }),
      details,
    };
  }

  #stateOf(id: number, before: OpenState | undefined, type: string, details: JsonObject): string | undefined {
    const [, kind = '', what] = /^(\w+?)State(Entered|Exited|Failed|Aborted)$/.exec(type) ?? [];
    const name = typeof details.name === 'string' ? details.name : undefined;
    if (what === 'Entered' && name !== undefined) {
      this.#after.set(id, { name, type: kind, around: before });
      return name;
    }
    if (what === 'Exited' && name !== undefined) {
      this.#after.set(id, closest(before, (state) => state.name === name)?.around);
      return name;
    }
    // The last event of an iteration refers to whatever ended it.
    const isOfMap = type.startsWith('MapIteration');
    const inside = isOfMap ? closest(before, (one) => one.name === name) : before;
    if (what !== 'Failed' && what !== 'Aborted') {
      this.#after.set(id, inside);
      return type.startsWith('Execution') ? undefined : (stateIn(details) ?? inside?.name);
    }
    const hasEnded = ({ ended }: OpenState): boolean =>
      ended === 'Aborted' || (ended === 'Failed' && what === 'Failed');
    const state = closest(before, (one) => one.type === kind && !hasEnded(one));
    this.#after.set(id, state && { ...state, ended: what });
    return state?.name;
  }
}

/** The innermost open state that fits; those inside it have ended with it. */
function closest(from: OpenState | undefined, fits: (state: OpenState) => boolean): OpenState | undefined {
  let state = from;
  while (state && !fits(state)) state = state.around;
  return state;
}

/** The state that an EvaluationFailed event names. */
const stateIn = ({ state }: JsonObject): string | undefined => (typeof state === 'string' ? state : undefined);

/** The fields that AWS has as JSON texts. */
const TEXTS: ReadonlySet<string> = new Set(['input', 'output', 'parameters']);

function detailsOf(event: AwsHistoryEvent): JsonObject {
  const [, details = {}] = Object.entries(event).find(([key]) => key.endsWith('EventDetails')) ?? [];
  const fields = Object.entries(details).flatMap(([key, value]): (readonly [string, Json])[] => {
    if (value === undefined || /^(?:input|output|assignedVariables)Details$/.test(key)) return [];
    if (TEXTS.has(key)) return [[key, parsed(value)]];
    if (key === 'assignedVariables' && isObject(value))
      return [[key, Object.fromEntries(Object.entries(value).map(([name, text]) => [name, parsed(text)]))]];
    if (key === 'taskCredentials' && isObject(value)) return [[key, { RoleArn: value.roleArn ?? null }]];
    return isPlain(value) ? [[key, value]] : [];
  });
  return Object.fromEntries(fields);
}

/** Whether it is one of the values that other fields have. */
const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

function parsed(text: unknown): Json {
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
