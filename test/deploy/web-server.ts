import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

/** A web server on this machine that stands where an example asks the internet. */
export interface WebServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Answers each path with a JSON document made of it, and with the same headers every time. To who has `modelKey`, it is
 * a chat model besides.
 */
export async function startWebServer(modelKey: string): Promise<WebServer> {
  const server = createServer(async (request, response) => {
    const asksModel = request.url === '/v1/chat/completions';
    const refused = asksModel && request.headers.authorization !== `Bearer ${modelKey}`;
    response.sendDate = false;
    response.writeHead(refused ? 401 : 200, { 'content-type': 'application/json' });
    const { authorization } = request.headers;
    const completion = async () => completionOf({ asked: await json(request), authorization });
    response.end(JSON.stringify(asksModel ? await completion() : documentAt(request.url ?? '/')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An answer that repeats what it was asked, and with which key: who keeps the key secret has to take it out. */
function completionOf(heard: object) {
  const message = { role: 'assistant', content: JSON.stringify(heard) };
  return { model: 'echo', choices: [{ message, finish_reason: 'stop' }], usage: { total_tokens: 1 } };
}

function documentAt(path: string) {
  const [, kind = '', id = ''] = path.split('/');
  return { kind, id: Number(id), tags: [kind, [id]], nested: { [kind]: { path } }, nothing: null };
}
