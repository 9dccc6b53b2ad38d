import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { serveComponent } from './serve-component.ts';
import { supervise } from './supervise.ts';

// The program of a sandbox, for both threads: the main thread supervises the worker, which runs the component.

if (isMainThread) supervise(import.meta.url);
else if (parentPort) await serveComponent(String(workerData), parentPort);
