import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type LoopbackServer, serve } from '../../loopback.ts';

/** A request that the fake got, and what it answered. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly ifNoneMatch: string | undefined;
  readonly status: number;
}

/** As much of S3 as the store uses, on a loopback port, for the real client to talk to. */
export interface FakeS3 extends LoopbackServer {
  readonly requests: readonly SeenRequest[];
}

interface Answer {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly headers?: { readonly [name: string]: string };
}

const refusal = (status: number, code: string): Answer => ({ status, body: `<Error><Code>${code}</Code></Error>` });

/** Starts the fake. The bucket `forbidden` refuses everything. */
export async function startFakeS3(): Promise<FakeS3> {
  const objects = new Map<string, string>();
  const requests: SeenRequest[] = [];
  const server = await serve(async (request, response) => {
    const answer = await answerTo(request, objects);
    const path = pathOf(request);
    requests.push({
      method: request.method ?? '',
      path,
      ifNoneMatch: request.headers['if-none-match'],
      status: answer.status,
    });
    response.writeHead(answer.status, answer.headers).end(request.method === 'HEAD' ? undefined : answer.body);
  });
  return { ...server, requests };
}

const pathOf = (request: IncomingMessage): string => new URL(request.url ?? '/', 'http://s3').pathname;

async function answerTo(request: IncomingMessage, objects: Map<string, string>): Promise<Answer> {
  const path = pathOf(request);
  const body = await text(request);
  if (path.startsWith('/forbidden/')) return refusal(403, 'AccessDenied');
  if (request.method === 'PUT') {
    if (request.headers['if-none-match'] === '*' && objects.has(path)) return refusal(412, 'PreconditionFailed');
    objects.set(path, body);
    return { status: 200 };
  }
  const found = objects.get(path);
  if (found === undefined) return refusal(404, 'NoSuchKey');
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (from === undefined || to === undefined) return { status: 200, body: found };
  const bytes = Buffer.from(found);
  const part = bytes.subarray(Number(from), Number(to) + 1);
  const headers = { 'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}` };
  return { status: 206, body: part, headers };
}
