#!/usr/bin/env node
// The launcher. In a checkout it runs the TypeScript sources through tsx; the published package contains built
// JavaScript only.
import { existsSync } from 'node:fs';
import { register } from 'node:module';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 12)) {
  console.error(`stepflow needs Node 20.12 or newer; this is ${process.versions.node}.`);
  process.exit(2);
}

const source = new URL('./stepflow.ts', import.meta.url);
if (existsSync(source)) {
  const tsx = await import('tsx/esm/api');
  tsx.register();
  register('./bundle-hooks.js', import.meta.url);
  await import(source.href);
} else {
  await import(new URL('../dist/bin/stepflow.js', import.meta.url).href);
}
