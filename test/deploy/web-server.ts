import { json } from 'node:stream/consumers';
import { type LoopbackServer, serve } from '../loopback.ts';

/**
 * A local web server in place of the internet. Answers each path with a JSON document made from it, always with the same
 * headers. With `modelKey` it is also a chat model.
 */
export const startWebServer = (modelKey: string): Promise<LoopbackServer> =>
  serve(async (request, response) => {
    const asksModel = request.url === '/v1/chat/completions';
    const refused = asksModel && request.headers.authorization !== `Bearer ${modelKey}`;
    response.sendDate = false;
    response.writeHead(refused ? 401 : 200, { 'content-type': 'application/json' });
    const { authorization } = request.headers;
    const completion = async () => completionOf({ asked: await json(request), authorization });
    response.end(JSON.stringify(asksModel ? await completion() : documentAt(request.url ?? '/')));
  });

/** An answer that repeats the question and the key, so that tests see whether the key is hidden. */
function completionOf(heard: object) {
  const message = { role: 'assistant', content: JSON.stringify(heard) };
  return { model: 'echo', choices: [{ message, finish_reason: 'stop' }], usage: { total_tokens: 1 } };
}

function documentAt(path: string) {
  const [, kind = '', id = ''] = path.split('/');
  return { kind, id: Number(id), tags: [kind, [id]], nested: { [kind]: { path } }, nothing: null };
}
