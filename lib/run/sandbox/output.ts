import { createInterface } from 'node:readline';
import type { ChildOutput } from './child.ts';

/** The first line of Node's own report when the heap is full: some thirty lines, none of them the component's. */
const HEAP_REPORT = /^<--- Last few GCs --->|^FATAL ERROR: /;

/** Reads the output of a sandbox's component, line by line, without Node's heap report. */
export function readOutput({ stdout, stderr }: ChildOutput, onLine: (line: string) => void): void {
  let isHeapReport = false;
  for (const stream of [stdout, stderr]) {
    if (!stream) continue;
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      isHeapReport ||= HEAP_REPORT.test(line);
      if (!isHeapReport) onLine(line);
    });
  }
}
