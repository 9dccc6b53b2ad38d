import { createInterface } from 'node:readline';
import type { ChildOutput } from './child.ts';

/** The first line of Node's own report when the heap is full: some thirty lines, none of them the component's. */
const HEAP_REPORT = /^<--- Last few GCs --->|^FATAL ERROR: /;

/** Writes a line that a component printed where nobody else listens: standard output is for results. */
export const printError = (line: string): void => void process.stderr.write(`${line}\n`);

/** Reads the output of a process, line by line. */
export function readLines({ stdout, stderr }: ChildOutput, onLine: (line: string) => void): void {
  for (const input of [stdout, stderr]) {
    if (input) createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
  }
}

/** Reads the output of a sandbox's component, line by line, without Node's heap report. */
export function readOutput(output: ChildOutput, onLine: (line: string) => void): void {
  let isHeapReport = false;
  readLines(output, (line) => {
    isHeapReport ||= HEAP_REPORT.test(line);
    if (!isHeapReport) onLine(line);
  });
}
