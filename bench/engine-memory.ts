import { execute, type S3Objects, type TaskResolver } from '../lib/engine/index.ts';
import { streamingMap } from './engine-machines.ts';

/**
 * The most heap that a distributed Map of a number of items takes: `node --expose-gc bench/engine-memory.ts ITEMS`, which
 * bench/engine.ts starts. Its items come from an object and its results go to one, as lines that are generated when they
 * are read and dropped when they are written.
 */

const ITEMS = Number(process.argv[2] ?? 1000);
const resolver: TaskResolver = async () => ({ Payload: { id: 'u-1', name: 'Ada', $missing: [] }, StatusCode: 200 });

async function* lines() {
  for (let at = 0; at < ITEMS; at++)
    yield Buffer.from(`{"id": ${at}, "name": "item ${at}", "text": "${'x'.repeat(100)}"}\n`);
}

let written = 0;
const objects: S3Objects = {
  getObject: lines,
  putObject: async () => ({
    write: async (text) => {
      written += Buffer.byteLength(text);
    },
    close: async () => {},
    discard: async () => {},
  }),
  listObjects: async function* none() {},
};

/** The heap in use, in bytes, after a garbage collection. */
const collect = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

const before = collect();
let most = before;
let children = 0;
const onEvent = ({ type, execution }: { readonly type: string; readonly execution?: string }): void => {
  if (type !== 'ExecutionSucceeded' || execution === undefined) return;
  if (++children % Math.ceil(ITEMS / 20) === 0) most = Math.max(most, collect());
};
const { status } = await execute(streamingMap(), { resolver, objects, onEvent });
console.log(JSON.stringify({ status, children, written, mostMb: (most - before) / 2 ** 20 }));
