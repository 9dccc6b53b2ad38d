import { pathToFileURL } from 'node:url';
import type { MessagePort } from 'node:worker_threads';
import { CallServer } from '../../project/host/serve-calls.ts';
import type { Handler } from '../../runtime/wrapper.ts';
import type { MessageFromSandbox, MessageToSandbox } from './messages.ts';

/** Runs in the worker thread of a sandbox: loads the bundle, and runs the component at each invocation. */
export async function serveComponent(entry: string, port: MessagePort): Promise<void> {
  // Stacks must show the lines of the component's source, not of its bundle.
  process.setSourceMapsEnabled(true);
  const { handler }: { readonly handler: Handler } = await import(pathToFileURL(entry).href);
  const calls = new CallServer({
    send: (message) => port.postMessage(message),
    hold: (isHeld) => (isHeld ? port.ref() : port.unref()),
  });
  port.on('message', (message: MessageToSandbox) => {
    if (message.type === 'invoke') void calls.invoke(message, async () => handler);
    else if (message.type !== 'open') calls.take(message);
  });
  port.postMessage({ type: 'ready' } satisfies MessageFromSandbox);
}
