import type { Json } from '../protocol/json.ts';
import { Scrubber } from '../runtime/secrets/scrub.ts';
import type { SecretSource } from '../runtime/secrets/secrets.ts';
import { inputScrubber } from './input/secrets.ts';
import type { FlowErrorReport, FlowResult, RunEvent } from './report/events.ts';

/** Prints lines a moment later, or at `flush`. */
export interface LineOutput {
  readonly add: (line: string) => void;
  readonly flush: () => void;
}

/**
 * Hides the secrets of a run in all that it tells: its events, its failures, and what its components throw or print. A
 * component's wrapper does the same for what that component returns and stores, but a process may end without asking it.
 */
export class Secrecy {
  readonly #scrubber: Scrubber;

  /** `scrubber`: hides the secrets of the run's input. @default there are none */
  constructor(scrubber = new Scrubber()) {
    this.#scrubber = scrubber;
  }

  /** Of a run with this input. */
  static of(input: Json, inputSchema: Json | undefined): Secrecy {
    return new Secrecy(inputScrubber(input, inputSchema));
  }

  /** Hides each secret of `secrets` as soon as somebody is given it. */
  source(secrets: SecretSource): SecretSource {
    return async (name) => {
      const value = await secrets(name);
      if (value !== undefined) this.#scrubber.hide(value);
      return value;
    };
  }

  /** A text that tells no secret. */
  readonly text = (text: string): string => this.#scrubber.text(text);

  /** An event that tells no secret. Its names stay: a secret may be one of them by chance. */
  event(event: RunEvent): RunEvent {
    if (event.type === 'log') return { ...event, entry: this.#scrubber.entry(event.entry) };
    if (event.type === 'step-waiting' && event.question.title !== undefined)
      return { ...event, question: { ...event.question, title: this.text(event.question.title) } };
    if (event.type === 'run-ended') return { ...event, result: this.#shown(event.result) };
    return 'error' in event ? { ...event, error: this.#error(event.error) } : event;
  }

  /**
   * Prints the lines of components without secrets, those of one moment together: a secret may be printed in several lines.
   */
  output(print: (line: string) => void): LineOutput {
    let waiting: string[] = [];
    const flush = (): void => {
      const lines = waiting;
      waiting = [];
      if (lines.length > 0) for (const line of this.text(lines.join('\n')).split('\n')) print(line);
    };
    const add = (line: string): void => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push(line);
    };
    return { add, flush };
  }

  /** A result whose failure tells no secret. A success is the flow's data, which is the caller's. */
  result(result: FlowResult): FlowResult {
    return result.outcome === 'failed' ? { ...result, error: this.#error(result.error) } : result;
  }

  #shown(result: FlowResult): FlowResult {
    return result.outcome === 'success'
      ? { ...result, result: this.#scrubber.json(result.result) }
      : this.result(result);
  }

  #error({ message, data, ...names }: FlowErrorReport): FlowErrorReport {
    const told = data && {
      ...data,
      ...(data.field !== undefined && { field: this.text(data.field) }),
      ...(data.stack && { stack: data.stack.map(this.text) }),
    };
    return { ...names, message: this.text(message), ...(told && { data: told }) };
  }
}
