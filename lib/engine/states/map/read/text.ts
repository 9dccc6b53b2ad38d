import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The UTF-8 text of an object, piece by piece, decompressed if it is compressed with gzip. */
export async function* textOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const piece of decompressed(bytes)) yield decoder.decode(piece, { stream: true });
  yield decoder.decode();
}

/** The whole text. */
export async function wholeText(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of textOf(bytes)) pieces.push(piece);
  return pieces.join('');
}

/** The lines of a text, without their ends. */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of text) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  if (rest !== '') yield rest;
}

/** Whether an object begins with gzip's magic number. Source: RFC 1952. */
const isGzip = (first: Uint8Array): boolean => first[0] === 0x1f && first[1] === 0x8b;

async function* decompressed(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = bytes[Symbol.asyncIterator]();
  const first = await pieces.next();
  if (first.done) return;
  const all = joined(first.value, pieces);
  // An error in any stream ends the iteration of the last stream with it.
  if (isGzip(first.value)) yield* pipeline(Readable.from(all), createGunzip(), () => {});
  else yield* all;
}

/** Ends the source when the consumer ends: otherwise a file would stay open. */
async function* joined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
