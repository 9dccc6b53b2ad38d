import { callsOwnFunction, type SourceMap } from '../compiler/source-map.ts';
import { jsonBytes } from '../engine/index.ts';
import type { HistoryEvent } from '../engine/types.ts';
import { THROTTLED } from '../protocol/aws-errors.ts';
import { componentIn, invocationIn, readAnswer, readPayload } from '../protocol/component-task.ts';
import { componentsInFusedChain } from '../protocol/fused-chain-name.ts';
import type { FusedStepTimes, Invocation } from '../protocol/invocation.ts';
import { isObject, type Json } from '../protocol/json.ts';

/** What is known of the flow whose calls are read. */
export interface MeasuredFlow {
  /** What its states are for. @default each call is a step's own */
  readonly states?: SourceMap['states'];
  /** The component of a step, where the history has the name of its deployed function. @default none */
  readonly componentOf?: (step: string) => string | undefined;
}

/** A call of a component's function that has ended. */
export interface EndedCall {
  readonly invocation: Invocation;
  /** The component; the name of a fused chain has all of its components. Of a call that moves values, perhaps the function's ARN. */
  readonly component: string;
  /** Whether the function does the work of the step, and does not only move its values. */
  readonly isOwn: boolean;
  /** `throttled`: Lambda had no room for it, so that nothing ran. */
  readonly ending: 'succeeded' | 'skipped' | 'failed' | 'throttled';
  readonly seconds: number;
  /** The steps that it ran, in order: one, or those of a fused chain that it reached. */
  readonly links: readonly MeasuredLink[];
  /** The bytes of its payload and of its answer, as JSON. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** How its function was named, such as by an ARN with a version. */
  readonly functionName: string;
  /** The id by which the log of its function knows it; absent where the history does not say, as of most that failed. */
  readonly requestId?: string;
  /** When it began, on the clock of its events. */
  readonly startMs: number;
}

/** How long a step took; without seconds, it was skipped. */
export interface MeasuredLink {
  readonly step: string;
  readonly component: string;
  readonly seconds: number | undefined;
}

type OpenCall = Pick<EndedCall, 'invocation' | 'component' | 'isOwn' | 'inputBytes' | 'functionName' | 'startMs'>;

/** Reads calls of components from the history events of runs, local or deployed. */
export class CallReader {
  readonly #flow: MeasuredFlow;
  /** Calls in progress, by their latest event, which their next event names as the previous one. */
  readonly #open = new Map<string, OpenCall>();

  constructor(flow: MeasuredFlow) {
    this.#flow = flow;
  }

  /** Reads the next event, which happened at `atMs`, in milliseconds of any clock; answers the call that it ends. */
  observe(event: HistoryEvent, atMs: number): EndedCall | undefined {
    const { type } = event;
    if (type === 'TaskScheduled') {
      const call = this.#readCall(event);
      if (call) this.#open.set(keyOf(event, event.id), { ...call, startMs: atMs });
      return undefined;
    }
    const previous = keyOf(event, event.previousEventId);
    const call = this.#open.get(previous);
    if (!call) return undefined;
    this.#open.delete(previous);
    if (type === 'TaskStarted') this.#open.set(keyOf(event, event.id), { ...call, startMs: atMs });
    else if (ENDS.test(type)) return ended(call, event, (atMs - call.startMs) / 1000);
    return undefined;
  }

  /** A run has ended: no call is in progress any more. */
  endRun(): void {
    this.#open.clear();
  }

  #readCall({ stateName = '', details }: HistoryEvent): Omit<OpenCall, 'startMs'> | undefined {
    const { parameters = null } = details;
    const source = this.#flow.states?.[stateName];
    const isOwn = source === undefined || callsOwnFunction(source);
    const invocation = invocationIn(parameters, '');
    const component = componentIn(parameters) ?? (isOwn ? this.#componentsOf(invocation) : functionIn(parameters));
    if (component === undefined || invocation.step === '') return undefined;
    return {
      invocation,
      component,
      isOwn,
      functionName: functionIn(parameters) ?? '',
      inputBytes: payloadBytes(parameters),
    };
  }

  #componentsOf({ before = [], step }: Invocation): string | undefined {
    const components = [...before.map((link) => link.step), step].map((id) => this.#flow.componentOf?.(id));
    return components.includes(undefined) ? undefined : components.join('+');
  }
}

function ended(call: OpenCall, { type, details }: HistoryEvent, seconds: number): EndedCall {
  const output = type === 'TaskSucceeded' ? details.output : undefined;
  const { fusedStepTimes = {} } = readAnswer(output);
  const requestId = requestIn(details);
  return {
    ...call,
    ending: endingOf(type, details),
    seconds,
    links: linksOf(call, fusedStepTimes, seconds),
    outputBytes: payloadBytes(output),
    ...(requestId !== undefined && { requestId }),
  };
}

function endingOf(type: string, { output, error }: HistoryEvent['details']): EndedCall['ending'] {
  if (type === 'TaskSucceeded') return readAnswer(output).skipped ? 'skipped' : 'succeeded';
  return THROTTLED.some((name) => name === error) ? 'throttled' : 'failed';
}

/**
 * The id of the request to Lambda: what Step Functions says of a result, or what Lambda says of a function that timed out or
 * ended. The failure of a component does not have it.
 */
function requestIn({ output, cause }: HistoryEvent['details']): string | undefined {
  const result = readPayload(output);
  const metadata = isObject(result) ? result.SdkResponseMetadata : undefined;
  if (isObject(metadata) && typeof metadata.RequestId === 'string') return metadata.RequestId;
  return typeof cause === 'string'
    ? /\bRequestId: ([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\b/.exec(cause)?.[1]
    : undefined;
}

const ENDS = /^Task(?:Succeeded|Failed|TimedOut)$/;

/** Event ids are unique within one history; a child execution has its own history. */
const keyOf = ({ execution = '' }: HistoryEvent, id: number): string => `${execution} ${id}`;

function functionIn(parameters: Json): string | undefined {
  const name = isObject(parameters) ? parameters.FunctionName : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** The bytes of what a call is sent or answers. */
function payloadBytes(call: Json | undefined): number {
  const whole = readPayload(call);
  return isObject(whole) && whole.Payload !== undefined ? jsonBytes(whole.Payload) : 0;
}

/** What the function of a fused chain says nothing of is of the first step that ran, which the call starts. */
function linksOf(
  { invocation: { before = [], step }, component }: Pick<EndedCall, 'invocation' | 'component'>,
  times: FusedStepTimes,
  seconds: number,
): readonly MeasuredLink[] {
  const components = componentsInFusedChain(component);
  const links = [...before.map((link) => link.step), step].map((id, at) => {
    return { step: id, component: components[at] ?? component, seconds: (times[id] ?? 0) / 1000 };
  });
  const rest = Math.max(0, seconds - links.reduce((sum, link) => sum + link.seconds, 0));
  const first = links.findIndex((link) => times[link.step] !== null);
  return links.map((link, at) => {
    if (times[link.step] === null) return { ...link, seconds: undefined };
    return at === first ? { ...link, seconds: link.seconds + rest } : link;
  });
}
