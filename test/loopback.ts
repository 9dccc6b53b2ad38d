import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { connect, createServer as createTcpServer, type Server } from 'node:net';

/** An HTTP server on this machine. */
export interface LoopbackServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a server on a free port. */
export async function serve(answer: RequestListener): Promise<LoopbackServer> {
  const server = createServer(answer);
  // By default an idle connection is closed after 5 seconds, on a busy machine possibly just before the next request.
  server.keepAliveTimeout = 0;
  const port = await listening(server);
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

/** Calls `use` with a port on which nothing can listen: it is the client's end of a connection. */
export async function withDeafPort<T>(use: (port: number) => Promise<T>): Promise<T> {
  const server = createTcpServer((socket) => socket.on('error', () => {}));
  const client = connect(await listening(server), '127.0.0.1');
  try {
    await once(client, 'connect');
    return await use(client.localPort ?? 0);
  } finally {
    client.destroy();
    server.close();
  }
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
