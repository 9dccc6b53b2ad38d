import { writeSync } from 'node:fs';
import { errorText, toFlowError } from '../../protocol/errors.ts';
import { folderStore } from '../../runtime/stores/folder-store.ts';
import type { Handler } from '../../runtime/wrapper.ts';
import { diagnoseLoad } from '../components/bundle-error.ts';
import { Containment } from './containment.ts';
import { uncaught } from './exit-error.ts';
import { HostedComponents } from './hosted-components.ts';
import type { HostedBundle, HostedInvoke, MessageFromHost, MessageToHost } from './messages.ts';
import { containComponents } from './process-hooks.ts';
import { CallServer } from './serve-calls.ts';

// The program of a host of components: all of a project's own components load and run here, never in the process of a
// command, whose standard output, exit code and memory are its own.

// Stacks must show the lines of the component's source, not of its bundle.
process.setSourceMapsEnabled(true);

const { channel } = process;
const sendToParent = process.send?.bind(process);
const send = (message: MessageFromHost, then: () => void = () => {}): void => void sendToParent?.(message, then);
// The way to the parent process is no business of components, which may have messages of their own for a parent.
Object.assign(process, { send: undefined, disconnect: undefined });

/** Ends the host, which says why. */
function die(error: unknown): void {
  const why = { kind: 'uncaught', message: uncaught(error), stack: errorText(error).stack } as const;
  send({ type: 'died', why }, () => exit(1));
}

const exit = process.exit.bind(process);
process.on('disconnect', () => exit()); // The parent process is gone.
process.on('uncaughtException', die);
containComponents();
// A terminal sends these to all processes of a command; the command itself stops what runs.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

let isLoading = 0;
let isServing = true;
const hold = (): void => {
  if (isServing && isLoading === 0) channel?.ref();
  else channel?.unref();
};

const calls = new CallServer({
  send,
  hold: (isHeld) => {
    isServing = isHeld;
    hold();
  },
});
const components = new HostedComponents((component, error) =>
  send({ type: 'stray', component, error: errorText(error) }),
);

/** Runs `work` as the only thing that this process waits for. */
async function loading<T>(work: () => Promise<T>): Promise<T> {
  isLoading += 1;
  hold();
  try {
    return await work();
  } finally {
    isLoading -= 1;
    hold();
  }
}

async function load(load: number, bundle: HostedBundle): Promise<void> {
  const { describeBundle } = await import('../components/load.ts');
  const { component, entry, hash } = bundle;
  const hosted = { path: component.path, entry, hash };
  const outcome = await loading(() => components.load(hosted, () => send({ type: 'loading', load })))
    .then((exported) => describeBundle(bundle, exported))
    .catch((error: unknown) => diagnoseLoad(component, error));
  send({ type: 'loaded', load, outcome });
}

function invoke(asked: HostedInvoke): void {
  const { session, component, blobs } = asked;
  const containment = new Containment(({ error, at }) => send({ type: 'late', session, error: errorText(error), at }));
  const find = async (begun: () => void): Promise<Handler> => {
    const handler = await loading(() => components.handlerOf(component, begun)).catch((error: unknown) => {
      throw toFlowError(error);
    });
    return (invocation, host) => handler(invocation, { ...host, store: folderStore(blobs) });
  };
  void calls.invoke(asked, async (begun) => containment.handlerOf(component.path, await find(begun)));
}

/** Writes a mark on a stream, behind all that was printed before. */
function markStream(stream: 1 | 2, mark: string): boolean {
  try {
    writeSync(stream, `${mark}\n`);
    return true;
  } catch {
    return false; // a component has closed it
  }
}

function pong(mark: string): void {
  const marked = ([1, 2] as const).filter((stream) => markStream(stream, mark)).length;
  const hasTimers = process.getActiveResourcesInfo().includes('Timeout');
  send({ type: 'pong', mark, marked, hasTimers });
}

send({ type: 'ready' });
process.on('message', (message: MessageToHost) => {
  if (message.type === 'load') void load(message.load, message.bundle);
  else if (message.type === 'invoke') invoke(message);
  else if (message.type === 'ping') pong(message.mark);
  else calls.take(message);
});
