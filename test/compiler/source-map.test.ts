import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Branch, State } from '../../lib/asl/state-machine.ts';
import { type Compiled, type CompileOptions, compile } from '../../lib/compiler/compile.ts';
import { membersOf } from '../../lib/compiler/emit/frame.ts';
import { type Arrangement, type StateRole, visitsStep, widthOf } from '../../lib/compiler/source-map.ts';
import { fusedChainName } from '../../lib/protocol/fused-chain-name.ts';
import { SEED } from '../chance.ts';
import { complete, guideSnippets } from '../guide.ts';
import { chainFlow, eagerFlow, lastStepFlow, lazyFlow, plainFlow } from '../oracle/draw-flow.ts';
import { wideFlow } from '../oracle/draw-wide.ts';
import { hasShared, shared } from '../shared.ts';

/** Has states of every role except those of fan-outs, fused chains and nested state machines. */
const INNER = `
inputSchema: { type: object, properties: { n: { type: number } }, required: [n] }
steps:
  - { id: list, component: /m/list, input: { n: { $input: n } } }
  - id: each
    component: /map
    skipIf: { $step: list, path: empty }
    input:
      items: { $step: list, path: items }
      workflow:
        $literal:
          steps:
            - { id: a, component: /m/a, input: { $input: n }, skipIf: { $input: skip } }
            - { id: b, component: /m/b, input: { $step: a } }
            - { id: c, component: /m/c, input: { $step: a } }
          output: { $step: b, path: v }
  - id: once
    component: /eval
    onError: { action: retry, maxRetries: 1 }
    input:
      input: { $step: list }
      flow: { $literal: { steps: [{ id: in, component: /m/in, input: { $input: x } }], output: { $step: in } } }
  - id: loop
    component: /iterate
    onError: { action: useDefault, defaultValue: { of: { $step: list, path: spare } } }
    input:
      initial_input: { $step: once, path: result.result.deep }
      flow: { $literal: { steps: [{ id: round, component: /m/round, input: { $input: x } }], output: { $step: round } } }
  - { id: pause, component: /sleep, input: { duration_ms: 10 }, skipIf: { $step: list, path: hurry } }
  - { id: last, component: /m/last, input: [{ $step: loop, path: result.deep }, { $step: each, path: 'results[0].result.v' }, { $step: pause }] }
output: { last: { $step: last, path: v }, each: { $step: each, path: successful } }
`;

/** Each step's guard asks whether any step before it has a result: these conditions are hoisted. */
const FIRST_OF_MANY = `
steps:
${Array.from({ length: 30 }, (_, at) => `  - { id: s${at}, component: /m/s }`).join('\n')}
output: { $coalesce: [${Array.from({ length: 30 }, (_, at) => `{ $step: s${at}, path: v }`).join(', ')}] }
`;

/** A step that reads more values than a payload has room for. */
const GATHERED = `
steps:
  - { id: src, component: /m/src }
  - { id: all, component: /m/all, input: [${Array.from({ length: 410 }, (_, at) => `{ $step: src, path: p${at} }`).join(', ')}] }
`;

interface Source {
  readonly name: string;
  readonly text: string;
}

const flowsIn = (folder: string): readonly Source[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));

const drawn = [eagerFlow, lazyFlow, plainFlow, lastStepFlow, chainFlow, wideFlow].flatMap((flows, kind) =>
  fc
    .sample(flows, { numRuns: 25, seed: SEED })
    .map(({ source }, at) => ({ name: `drawn ${kind}.${at}`, text: source })),
);

const SOURCES: readonly Source[] = [
  { name: 'inner flows', text: INNER },
  { name: 'inner flows of an Express flow', text: `metadata: { aws: { type: express } }\n${INNER}` },
  { name: 'the first of many', text: FIRST_OF_MANY },
  { name: 'what is gathered', text: GATHERED },
  ...flowsIn(join(import.meta.dirname, '../../workflows')),
  ...(hasShared('dags') ? flowsIn(shared('dags')) : []),
  ...guideSnippets()
    .filter(({ source }) => source.includes('component:'))
    .map((snippet) => ({ name: snippet.title, text: complete(snippet).source })),
  ...drawn,
];

const CHAINS: CompileOptions = { with: ['fuse-chains'], leastFanOut: 2 };
const PARTS: CompileOptions = { limits: { definitionBytes: 60_000, events: 400 }, without: ['map-fan-outs'] };

/** `longest`: the most characters of a flow's text, since splitting long flows takes long. */
const SETTINGS: readonly (readonly [how: string, options: CompileOptions, longest: number])[] = [
  ['as they are', {}, Number.POSITIVE_INFINITY],
  ['as chains and Maps', CHAINS, 60_000],
  ['in several state machines', PARTS, 20_000],
];

type Named = readonly [name: string, state: State];

/** All states of a state machine by name, including those inside other states. */
const statesOf = ({ States }: Branch): readonly Named[] =>
  Object.entries(States).flatMap(([name, state]) => {
    const inside = state.Type === 'Parallel' ? state.Branches : state.Type === 'Map' ? [state.ItemProcessor] : [];
    return [[name, state] as const, ...inside.flatMap(statesOf)];
  });

const allStates = ({ stateMachine, nestedMachines }: Compiled): readonly Named[] =>
  [...(stateMachine ? [stateMachine] : []), ...nestedMachines.map((nested) => nested.stateMachine)].flatMap(statesOf);

/** The component whose function a state calls. */
function calledBy(state: State): string | undefined {
  if (state.Type !== 'Task') return undefined;
  return /"FunctionName":"\$\{component:([^}]*)\}"/.exec(JSON.stringify(state.Arguments))?.[1];
}

const leavesOf = (part: Arrangement): readonly string[] =>
  typeof part === 'string' ? [part] : ('sequence' in part ? part.sequence : part.parallel).flatMap(leavesOf);

function expectComplete(compiled: Compiled): void {
  const { sourceMap, steps } = compiled;
  const sources = Object.entries(sourceMap.states);
  const names = allStates(compiled).map(([name]) => name);
  // If a name occurred twice, the lists would differ in length.
  expect(sources.map(([name]) => name).toSorted()).toEqual(names.toSorted());
  const ids = new Set(steps.flatMap(membersOf).map(({ id }) => id));
  const named = sources.flatMap(([, { step, iterations = [], passesOver }]) => [
    ...(step === undefined ? [] : [step]),
    ...iterations,
    ...(passesOver?.steps ?? []),
  ]);
  expect([...named, ...leavesOf(sourceMap.arrangement)].filter((id) => !ids.has(id))).toEqual([]);
  const visits = sources.flatMap(([, source]) => (visitsStep(source) ? [source.step, source.iterations].flat() : []));
  const visited = new Set(visits);
  expect(steps.map(({ id }) => id).filter((id) => !visited.has(id))).toEqual([]);
}

function expectTrue(compiled: Compiled): void {
  const { sourceMap, steps } = compiled;
  const functions = new Map(
    steps.map((step) => [step.id, fusedChainName(membersOf(step).map(({ component }) => component))]),
  );
  for (const [name, state] of allStates(compiled)) {
    const { role, step, iterations, passesOver } = sourceMap.states[name] ?? {};
    const called = calledBy(state);
    // A step whose own component is one that the compiler calls for it cannot be told from that.
    if (called !== undefined && !(called === '/builtin/noop' && role === 'default')) {
      const isOwn = called === functions.get(step ?? iterations?.[0] ?? '');
      expect([name, isOwn]).toEqual([name, role === 'step' || role === 'gather']);
    }
    if (passesOver) {
      const targets = state.Type === 'Choice' ? state.Choices.map(({ Next }) => Next) : [];
      expect([name, role, targets]).toEqual([name, 'guard', expect.arrayContaining([passesOver.next])]);
      expect(passesOver.steps[0]).toBe(step);
    }
    expect([name, role === 'fail']).toEqual([name, state.Type === 'Fail']);
  }
}

/** The compiled flows, by the name of the setting. */
const COMPILED = new Map(
  SETTINGS.map(([how, options, longest]) => {
    const sources = SOURCES.filter(({ text }) => text.length <= longest);
    return [how, sources.map(({ text }) => compile(text, options)).filter(({ plan }) => plan)];
  }),
);

describe.each(SETTINGS)('of flows compiled %s', (how) => {
  it('has each state, and nothing else', () => {
    const compiled = COMPILED.get(how) ?? [];
    expect(compiled.length).toBeGreaterThan(SOURCES.length * 0.8);
    for (const one of compiled) expectComplete(one);
  });

  it('says what the definition does', () => {
    for (const one of COMPILED.get(how) ?? []) expectTrue(one);
  });
});

describe('a source map', () => {
  it('has all its roles in the documentation', () => {
    const found = new Set<StateRole>();
    for (const { sourceMap } of [...COMPILED.values()].flat())
      for (const { role } of Object.values(sourceMap.states)) found.add(role);
    const page = readFileSync(join(import.meta.dirname, '../../docs/compiler.md'), 'utf8');
    const section = page.slice(page.indexOf('## The source map'));
    const told = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, role]) => role);
    expect([...found].toSorted()).toEqual(told.toSorted());
  });

  it('is JSON', () => {
    const { sourceMap } = compile(INNER);
    expect(JSON.parse(JSON.stringify(sourceMap))).toEqual(sourceMap);
  });

  it('says in which order the steps run', () => {
    const { sourceMap } = compile(`
steps:
  - { id: load, component: /m/load }
  - { id: a, component: /m/a, input: { $step: load } }
  - id: b
    component: /eval
    input:
      input: { $step: load }
      flow: { $literal: { steps: [{ id: in, component: /m/in, input: { $input: x } }], output: { $step: in } } }
  - { id: last, component: /m/last, input: [{ $step: a }, { $step: b }] }
`);
    expect(sourceMap.arrangement).toEqual({
      sequence: ['load', { parallel: ['a', { sequence: ['b.in', 'b'] }] }, 'last'],
    });
  });
});

describe('the width of an arrangement', () => {
  it.each<[Arrangement, number]>([
    [{ sequence: [] }, 0],
    ['a', 1],
    [{ sequence: ['a', { parallel: ['b', 'c'] }, 'd'] }, 2],
    [{ parallel: ['a', { sequence: ['b', { parallel: ['c', 'd'] }] }] }, 3],
  ])('of %j is %i', (arrangement, width) => {
    expect(widthOf(arrangement)).toBe(width);
  });
});
