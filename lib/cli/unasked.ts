import type { RunEvent } from '../run/run-flow.ts';
import { eventLine } from './render/step-line.ts';
import { colorsFor, type Terminal } from './terminal.ts';

/** Shows what is shown of any run: what its components print, and what it waits for, as it would seem to hang. */
export function showUnasked(event: RunEvent, { stderr, env }: Terminal): void {
  if (event.type === 'output') stderr.write(`${event.line}\n`);
  if (event.type === 'step-waiting') stderr.write(`${eventLine(event, colorsFor(stderr, env))}\n`);
}
