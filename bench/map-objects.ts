import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import mapItems from '../lambdas/builtin/map_items.ts';
import mapResults from '../lambdas/builtin/map_results.ts';
import { type Component, type Json, wrap } from '../lib/runtime/index.ts';
import { s3Store } from '../lib/runtime/stores/s3-store.ts';

/**
 * What the functions at the two ends of a distributed Map take: `npx tsx bench/map-objects.ts [ITEMS] [KB]`. Their store is
 * S3 as a server in another process plays it, which answers each request after 20 ms, as S3 does within a region.
 */

const LATENCY_MS = 20;

if (process.send) await serve();
else await measure(Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 20));

/** Keeps objects in memory, and tells how many requests there were when it is asked. */
async function serve(): Promise<void> {
  const objects = new Map<string, Buffer>();
  let requests = 0;
  const server = createServer(async (request, response) => {
    requests += 1;
    const { pathname } = new URL(request.url ?? '/', 'http://s3');
    const body = await buffer(request);
    await sleep(LATENCY_MS);
    if (request.method === 'PUT') {
      const isRefused = request.headers['if-none-match'] === '*' && objects.has(pathname);
      if (!isRefused) objects.set(pathname, body);
      response.writeHead(isRefused ? 412 : 200).end();
      return;
    }
    const found = objects.get(pathname);
    if (!found) return void response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    if (from === undefined || to === undefined) return void response.writeHead(200).end(found);
    const part = found.subarray(Number(from), Number(to) + 1);
    const range = `bytes ${from}-${Number(from) + part.length - 1}/${found.length}`;
    response.writeHead(206, { 'content-range': range }).end(part);
  });
  server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
  process.on('message', () => {
    process.send?.({ requests });
    requests = 0;
  });
}

async function measure(items: number, kilobytes: number): Promise<void> {
  const child = fork(import.meta.filename, { execArgv: process.execArgv });
  const told = (): Promise<{ port: number; requests: number }> =>
    new Promise((resolve) => child.once('message', (message) => resolve(message as never)));
  const { port } = await told();
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new S3Client({ endpoint, forcePathStyle: true, region: 'eu-west-1', credentials });
  const store = s3Store('s3://bench/blobs', client);
  const call = async (component: Component, input: Json): Promise<void> => {
    const invocation = { step: 'each', input, reads: ['results'], spillAbove: 1000 };
    await wrap(component, { store: () => store })(invocation, { log: () => {} });
  };
  const report = async (what: string, work: () => Promise<void>): Promise<void> => {
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
    const start = performance.now();
    await work();
    clearInterval(watch);
    const answer = told();
    child.send('requests');
    const { requests } = await answer;
    const seconds = (performance.now() - start) / 1000;
    console.log(`${what.padEnd(40)} ${seconds.toFixed(1)} s  ${Math.round(peak / 2 ** 20)} MB  ${requests} requests`);
  };
  const text = (at: number): string => `${at} `.repeat(Math.ceil((kilobytes * 1000) / `${at} `.length));

  const what = `of ${items} items of ${kilobytes} KB`;
  if (process.argv[4] !== 'results') {
    const list = Array.from({ length: items }, (_, at) => ({ at, text: text(at) }));
    await report(`map_items ${what}`, () => call(mapItems, { items: list, reads: ['$'], share: 1000, room: 200_000 }));
  }
  if (process.argv[4] !== 'items') {
    const files: Json[] = [];
    for (let from = 0; from < items; from += 1000) {
      const children = Array.from({ length: Math.min(1000, items - from) }, (_, at) => ({
        Input: JSON.stringify({ index: from + at, item: { at: from + at } }),
        Output: JSON.stringify({ outcome: 'success', result: text(from + at) }),
      }));
      const Key = `blobs/map-results/run/SUCCEEDED_${files.length}.json`;
      await store.write(Key.slice('blobs/'.length), JSON.stringify(children));
      files.push({ Key });
    }
    await store.write('map-results/run/manifest.json', JSON.stringify({ ResultFiles: { SUCCEEDED: files } }));
    const manifest = { Bucket: 'bench', Key: 'blobs/map-results/run/manifest.json' };
    globalThis.gc?.();
    await report(`map_results ${what}`, () => call(mapResults, { manifest, open: false, whole: true }));
  }
  child.kill();
}
