import { createInterface } from 'node:readline';
import type { ChildOutput } from './child.ts';

/** How Node begins what it says of itself when its heap is full: some thirty lines, none of them the component's. */
const LAST_WORDS = /^<--- Last few GCs --->|^FATAL ERROR: /;

/** Takes what a sandbox's component prints, line by line. */
export function readOutput({ stdout, stderr }: ChildOutput, take: (line: string) => void): void {
  let isDying = false;
  for (const stream of [stdout, stderr]) {
    if (!stream) continue;
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      isDying ||= LAST_WORDS.test(line);
      if (!isDying) take(line);
    });
  }
}
