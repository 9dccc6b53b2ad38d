import { compile } from '../lib/compiler/compile.ts';
import type { Json } from '../lib/protocol/json.ts';
import { processorTime } from './measure.ts';

/**
 * How long it takes to compile what is nested in itself, and how many bytes its state machines have: both should grow with the
 * text, and no faster. Run with `npx tsx bench/nests.ts [DEPTH…]`; depths are 10, 50 and 150 by default. A nest ends at the
 * first depth that takes more than ten seconds, or that the compiler refuses.
 */

/** The flow with a nest of a depth. */
type Nest = (depth: number) => Json;

/** An expression with another one in it. */
type Around = (inner: Json, at: number) => Json;

const step = (at: number): Json => ({ $step: `s${at}` });
const given = (at: number): Json => ({ $input: `f${at}` });
const ifThen = (asked: Json, consequent: Json, alternative: Json = null): Json =>
  Object.fromEntries([
    ['$if', asked],
    ['then', consequent],
    ['else', alternative],
  ]);
const task = (id: string, input: Json, skipIf: Json = false): Json => ({ id, component: '/bench/work', input, skipIf });
const counted = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

const around = (depth: number, wrap: Around, innermost: Json): Json =>
  counted(depth).reduce<Json>((inner, at) => wrap(inner, at + 1), innermost);

const tasks = (depth: number): Json[] => counted(depth + 1).map((at) => task(`s${at}`, at));

/** Nested in the output; each level wants a step. */
const inOutput =
  (wrap: Around): Nest =>
  (depth) => ({ steps: tasks(depth), output: around(depth, wrap, step(0)), evaluation: 'lazy' });

/** Nested in the `skipIf` of a step that reads others. */
const inSkipIf =
  (wrap: Around): Nest =>
  (depth) => ({
    steps: [
      ...tasks(depth),
      task(
        'last',
        tasks(depth).map((_, at) => step(at)),
        around(depth, wrap, given(0)),
      ),
    ],
    output: { $coalesce: [{ $step: 'last' }, 'none'] },
    evaluation: 'lazy',
  });

/** Steps that each read the one before. */
const chain =
  (read: (before: Json, at: number) => Json): Nest =>
  (depth) => ({
    steps: counted(depth).map((at) => task(`s${at}`, at === 0 ? 'first' : read(step(at - 1), at))),
    output: step(depth - 1),
    evaluation: 'lazy',
  });

/** Flows that run each other. */
const flows =
  (component: string, inputOf: (flow: Json) => Json, path: string): Nest =>
  (depth) =>
    around(
      depth,
      (flow) => ({
        steps: [{ id: 'inner', component, input: inputOf(flow) }],
        output: { result: { $step: 'inner', path } },
      }),
      { steps: [task('s', { $input: '$' })], output: { result: { $step: 's' } } },
    );

const NESTS: { readonly [name: string]: Nest } = {
  '`$coalesce`, first item': inOutput((inner, at) => ({ $coalesce: [inner, step(at)] })),
  '`$coalesce`, last item': inOutput((inner, at) => ({ $coalesce: [step(at), inner] })),
  '`$coalesce` of `$if`': inOutput((inner, at) => ({ $coalesce: [ifThen(given(at), inner), step(at)] })),
  '`$if`, condition': inOutput((inner, at) => ifThen(inner, step(at), step(at - 1))),
  '`$if`, condition of `$coalesce`': inOutput((inner, at) => ifThen({ $coalesce: [inner, given(at)] }, step(at))),
  '`$if`, arm': inOutput((inner, at) => ifThen(step(at), inner, given(at))),
  '`$if`, in `skipIf`': inSkipIf((inner, at) => ifThen(inner, given(at), given(at - 1))),
  'steps read in both arms': chain((before, at) => ifThen(given(at), { a: before }, { b: before })),
  'steps read under two conditions': chain((before, at) => ({
    a: ifThen(given(at), before),
    b: ifThen({ $input: `g${at}` }, before),
  })),
  '`map`': flows('/map', (workflow) => ({ items: { $input: '$' }, workflow }), 'values'),
  '`eval`': flows('/eval', (flow) => ({ flow, input: { $input: '$' } }), 'result'),
  '`iterate`': flows('/iterate', (flow) => ({ flow, initial_input: { $input: '$' } }), 'result'),
};

/** Milliseconds. */
const TOO_LONG = 10_000;

const line = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);

/** Prints a line about a flow. Returns whether a deeper one is worth trying. */
function measure(name: string, depth: number, flow: Json): boolean {
  const text = JSON.stringify(flow);
  let bytes: number | undefined;
  const time = processorTime(() => {
    const { stateMachine, nestedMachines } = compile(text);
    bytes = stateMachine && JSON.stringify([stateMachine, nestedMachines]).length;
  });
  const definition = bytes?.toLocaleString('en') ?? 'refused';
  const ratio = bytes === undefined ? '' : (bytes / text.length).toFixed(1);
  line([name, `${depth}`, text.length.toLocaleString('en'), definition, ratio, `${time.toFixed(0)} ms`]);
  return bytes !== undefined && time < TOO_LONG;
}

const asked = process.argv.slice(2).map(Number);
const depths = asked.length > 0 ? asked : [10, 50, 150];
line(['nest', 'depth', 'bytes of text', 'of definition', 'ratio', 'time']);
line(['---', '--:', '--:', '--:', '--:', '--:']);
for (const [name, nest] of Object.entries(NESTS)) depths.every((depth) => measure(name, depth, nest(depth)));
