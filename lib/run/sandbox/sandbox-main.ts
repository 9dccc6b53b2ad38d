import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { serveComponent } from './serve-component.ts';
import { supervise } from './supervise.ts';

// The program of a sandbox, in both its threads: the process's own looks after the other, which runs the component.

if (isMainThread) supervise(import.meta.url);
else if (parentPort) await serveComponent(String(workerData), parentPort);
