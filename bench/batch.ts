import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * Whether the memory of a batch grows with its lines: `npx tsx bench/batch.ts [LINES]…`. The command line runs a flow of two steps,
 * whose components are mocked, for each line of a file; the time and the largest resident set are of its whole process.
 */

const STEPFLOW = fileURLToPath(new URL('../bin/stepflow.js', import.meta.url));

const FLOW = `name: batch
steps:
  - { id: load, component: /my/load, input: { n: { $input: n } } }
  - { id: save, component: /my/save, input: { $step: load } }
output: { $step: save, path: id }
`;
const MOCKS = { '/my/load': [{ result: { text: 'x'.repeat(1000) } }], '/my/save': [{ result: { id: 'saved' } }] };

const counts = process.argv.slice(2).map(Number);
console.log('lines      seconds   lines/s   MB at most');
for (const lines of counts.length > 0 ? counts : [1_000, 10_000, 100_000]) {
  const { seconds, peak, answers } = await measure(lines);
  if (answers !== lines) throw new Error(`${answers} answers instead of ${lines}`);
  const rate = Math.round(lines / seconds);
  const cells = [
    String(lines).padEnd(9),
    seconds.toFixed(1).padStart(8),
    String(rate).padStart(9),
    String(peak).padStart(12),
  ];
  console.log(cells.join(' '));
}

async function measure(lines: number) {
  const folder = mkdtempSync(join(tmpdir(), 'stepflow-batch-'));
  try {
    mkdirSync(join(folder, 'lambdas'));
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    writeFileSync(join(folder, 'flow.yaml'), FLOW);
    writeFileSync(join(folder, 'mocks.json'), JSON.stringify(MOCKS));
    writeFileSync(join(folder, 'in.jsonl'), Array.from({ length: lines }, (_none, n) => `{"n": ${n}}\n`).join(''));
    const start = performance.now();
    const argv = ['run', 'flow.yaml', '--inputs', 'in.jsonl', '--mocks', 'mocks.json'];
    const child = spawn(process.execPath, [STEPFLOW, ...argv], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
    const out = child.stdout.pipe(createWriteStream(join(folder, 'out.jsonl')));
    let peak = 0;
    const closed = once(out, 'close');
    while (child.exitCode === null) {
      peak = Math.max(peak, residentMegabytes(child.pid));
      await later(20);
    }
    await closed;
    const answers = readFileSync(join(folder, 'out.jsonl')).reduce((sum, byte) => sum + (byte === 0x0a ? 1 : 0), 0);
    return { seconds: (performance.now() - start) / 1000, peak, answers };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Source: proc_pid_status(5), VmRSS. */
function residentMegabytes(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kilobytes) / 1024);
  } catch {
    return 0; // it has just ended
  }
}
