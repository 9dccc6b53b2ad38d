import { readFileSync } from 'node:fs';
import { usesOf } from '../lib/compiler/analyse/uses.ts';
import { readFlow } from '../lib/flow/read/read-flow.ts';
import type { Json } from '../lib/protocol/json.ts';
import { hasShared, shared } from './shared.ts';

const GUIDE = 'spec/performance-optimization.md';

/** A flow of the performance guide, or an excerpt of one. */
export interface Snippet {
  readonly title: string;
  readonly source: string;
}

/** The guide's YAML snippets; one with a bad and a good half counts as two. None where the guide is not present. */
export function guideSnippets(): readonly Snippet[] {
  if (!hasShared(GUIDE)) return [];
  const found: Snippet[] = [];
  let title = '';
  for (const [, heading, block] of readFileSync(shared(GUIDE), 'utf8').matchAll(
    /^#+ (.*)$|^```yaml\n([\s\S]*?)^```/gm,
  )) {
    if (heading !== undefined) title = heading;
    else if (block !== undefined) {
      const halves = block.split(/^(?=# [❌✅].*\nsteps:)/m).filter((half) => half.trim() !== '');
      found.push(
        ...halves.map((source) => ({ title: `${/^# [❌✅] (\w+)/.exec(source)?.[1]} half of ${title}`, source })),
      );
      if (halves.length === 1) found.splice(-1, 1, { title, source: block });
    }
  }
  return found;
}

/** All paths that a flow reads of each step. */
function readsOf(source: string): ReadonlyMap<string, readonly (readonly (string | number)[])[]> {
  const { flow } = readFlow(source, 'guide.yaml');
  const reads = new Map<string, (readonly (string | number)[])[]>();
  for (const step of flow?.steps ?? []) {
    for (const { reference } of [...usesOf(step.input), ...(step.skipIf ? usesOf(step.skipIf) : [])]) {
      if (reference.kind !== 'step') continue;
      reads.set(reference.step, [...(reads.get(reference.step) ?? []), reference.path.path.segments]);
    }
  }
  return reads;
}

/** A value that has each of the paths. */
const valueWith = (paths: readonly (readonly (string | number)[])[]): Json =>
  paths.reduce<Json>((value, path) => put(value, path), {});

function put(value: Json, [segment, ...rest]: readonly (string | number)[]): Json {
  if (segment === undefined) return value;
  const inside =
    (value !== null && typeof value === 'object' && !Array.isArray(value) ? value[segment] : undefined) ?? {};
  const filled = rest.length === 0 ? `a ${segment}` : put(inside, rest);
  return typeof segment === 'number' ? [filled] : { ...(value as { [key: string]: Json }), [segment]: filled };
}

/** A snippet that can run: with the steps that it leaves out. */
export interface Completed {
  readonly source: string;
  /** A result for each step, with all paths that are read of it. */
  readonly results: { readonly [id: string]: Json };
}

/** Adds the steps that a snippet leaves out, each with a component of its own. */
export function complete({ source }: Snippet): Completed {
  const reads = readsOf(source);
  const { flow } = readFlow(source, 'guide.yaml');
  const ids = new Set(flow?.steps.map(({ id }) => id));
  const missing = [...reads.keys()].filter((id) => !ids.has(id));
  const steps = missing.map((id) => `- {id: ${id}, component: /given/${id}}`);
  const list = source.includes('steps:') ? source.slice(source.indexOf('steps:') + 'steps:'.length) : source;
  const indent = /^ *(?=- id:)/m.exec(list)?.[0] ?? '';
  const all = [...(flow?.steps.map(({ id }) => id) ?? []), ...missing];
  return {
    source: `steps:\n${steps.map((step) => `${indent}${step}`).join('\n')}\n${list}`,
    results: Object.fromEntries(all.map((id) => [id, valueWith(reads.get(id) ?? [])])),
  };
}
