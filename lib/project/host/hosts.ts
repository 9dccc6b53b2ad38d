import { availableParallelism } from 'node:os';
import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { ComponentDeclaration } from '../components/load.ts';
import { ComponentHost, type HostListener } from './component-host.ts';
import { warnOfLate } from './containment.ts';
import type { HostedBundle } from './messages.ts';
import { printError } from './output.ts';
import { programFile } from './program.ts';

/** Runs that go on at once share hosts beyond this number, and with it the fate of these. */
const MOST_HOSTS = Math.max(4, availableParallelism());

/** Hears what belongs to no run: what components print as they load, and what they do after a run has ended. */
const NO_RUN: HostListener = {
  print: printError,
  onLate: warnOfLate,
};

/** All that have been started, and of these the ones that any run may use. */
const started = new Set<ComponentHost>();
const hosts = new Set<ComponentHost>();
/** The environment that a host was started with: one that has changed since needs another host. */
const settings = new WeakMap<ComponentHost, string>();

// A host that is blocked does not notice that this process is gone.
process.on('exit', () => {
  for (const host of started) void host.kill();
});

/** Starts a host for one purpose, which is ended with {@link endHost}. */
export async function startHost(): Promise<ComponentHost> {
  const host = new ComponentHost(await programFile('host-main'), NO_RUN);
  started.add(host);
  return host;
}

/** Ends a host. */
export async function endHost(host: ComponentHost): Promise<void> {
  started.delete(host);
  hosts.delete(host);
  await host.kill();
}

const settingNow = (): string => JSON.stringify([process.cwd(), process.env]);

let starting = Promise.resolve();

/** The host that the fewest runs use; a new one while there are few. */
export function hostFor(): Promise<ComponentHost> {
  const found = starting.then(leastUsed);
  starting = found.then(
    () => {},
    () => {},
  );
  return found;
}

async function leastUsed(): Promise<ComponentHost> {
  const setting = settingNow();
  for (const host of hosts)
    if (!host.isOpen || (host.uses === 0 && settings.get(host) !== setting)) await endHost(host);
  const usable = [...hosts].filter((host) => settings.get(host) === setting).sort((a, b) => a.uses - b.uses);
  const [first] = usable;
  if (first && (first.uses === 0 || usable.length >= MOST_HOSTS)) return first;
  const host = await startHost();
  settings.set(host, setting);
  hosts.add(host);
  return host;
}

/** Loads a component in a host, or says why it cannot be loaded. */
export async function loadInHost(bundle: HostedBundle): Promise<ComponentDeclaration | Diagnostic> {
  const host = await hostFor();
  // A host that ended with another component is none of this one's business.
  return (await host.load(bundle)) ?? loadInHost(bundle);
}

/** Milliseconds in which a timer that a component has left behind may still say that it fails. */
const LATE_MS = 200;

/** Ends all hosts, once everything that components printed has arrived. */
export async function closeHosts(): Promise<void> {
  await Promise.all(
    [...hosts].map(async (host) => {
      if (host.isOpen && (await host.settle())?.hasTimers) await new Promise((resolve) => setTimeout(resolve, LATE_MS));
      await endHost(host);
    }),
  );
}
