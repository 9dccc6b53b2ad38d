import type {
  Edge,
  ExplainedBudgets,
  ExplainedOperation,
  ExplainedTree,
  Explanation,
  Harmless,
  UsedLimit,
} from '../../explain/index.ts';
import { count } from '../report.ts';
import { type Colors, colorsFor, type Terminal } from '../terminal.ts';
import { costLines } from './costs.ts';
import { duration } from './duration.ts';
import { sourceLines } from './measured-source.ts';
import { startLines } from './starts.ts';

/** Shows an explanation: what starts the flow, the tree, the times, the costs, the passes, the budgets of the edges, the limits. */
export function showExplanation(explanation: Explanation, { stdout, env }: Terminal): void {
  const colors = colorsFor(stdout, env);
  const { name, tree, passes, operations, budgets, limits, harmless } = explanation;
  const works = new Map(operations.map((one) => [one.id, `(operator of ${one.for})`]));
  const nameOf = (step: string): string => works.get(step) ?? step;
  const starts = startLines(explanation.starts, colors);
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ...(starts.length > 0 ? ([['triggers', starts]] as const) : []),
    ['arrangement', tree ? treeLines(tree, '', colors) : [nothingArranged(passes)]],
    ['times', timeLines(explanation)],
    ['costs', [...costLines(explanation.costs, explanation.total, nameOf), ...measuredLines(explanation)]],
    ...(operations.length > 0 ? ([['operators', operations.map(operationLine)]] as const) : []),
    ['passes', [...passes.map(passLine), ...harmless.map(harmlessLine)]],
    ['budgets', [...inputLines(budgets), ...edgeLines(budgets.edges, nameOf), ...carriedLines(budgets)]],
    ['limits', limits.map(limitLine)],
  ];
  stdout.write(`${colors.bold(name)}\n`);
  for (const [title, lines] of sections) {
    stdout.write(`\n${colors.bold(title)}\n${lines.map((line) => `  ${line}\n`).join('')}`);
  }
}

/** How what was measured was measured. */
const measuredLines = ({ total: { measured } }: Explanation): readonly string[] =>
  measured ? sourceLines(measured.source) : [];
/** An operation that costs a call, and how to do without. */
const operationLine = ({ for: reader, operation, why, instead }: ExplainedOperation): string =>
  `${reader}: ${operation} is a call of its own\n    ${why}\n    ${instead}`;

/** What `lint` finds in steps that a pass made part of others. */
const harmlessLine = ({ rule, pass, steps }: Harmless): string =>
  `${pass} made ${count(steps.length, 'finding')} of lint (${rule}) free of cost: ${shortened(steps)}`;

/** A flow of which no step has a state: nothing is left to arrange, or there never was anything. */
const nothingArranged = (passes: Explanation['passes']): string =>
  passes.some(({ changes }) => changes.length > 0)
    ? 'no step has a state of its own: the passes made all of them part of the output'
    : 'no step runs';

const seconds = (value: number): string => duration(value * 1000);

function treeLines(tree: ExplainedTree, indent: string, colors: Colors): readonly string[] {
  const deeper = `${indent}  `;
  if (tree.kind === 'sequence') return tree.parts.flatMap((part) => treeLines(part, indent, colors));
  if (tree.kind === 'parallel') {
    const head = `${indent}in parallel ${colors.dim(seconds(tree.seconds))}`;
    const branches = tree.branches.flatMap((branch) => withDash(treeLines(branch, deeper, colors), indent));
    return [head, ...branches];
  }
  if (tree.kind === 'fan-out') {
    const head = `${indent}a Map of ${tree.steps.length} ${colors.dim(seconds(tree.seconds))}`;
    return [head, ...tree.steps.flatMap((step) => withDash(treeLines(step, deeper, colors), indent))];
  }
  if (tree.kind === 'nested') {
    const head = `${indent}state machine ${tree.name} ${colors.dim(seconds(tree.seconds))}`;
    return [head, ...treeLines(tree.body, deeper, colors)];
  }
  const { id, component, guarded, after = [], runs, does } = tree;
  if (does !== undefined) return [`${indent}${colors.dim(`(${does}: a call that the compiler added)`)}`];
  const chain = after.length > 0 ? `, after ${after.join(', ')} in one function` : '';
  const remark = `${component} ${seconds(tree.seconds)}${chain}${guarded ? ', conditional' : ''}`;
  return [`${indent}${id} ${colors.dim(remark)}`, ...(runs ? treeLines(runs, deeper, colors) : [])];
}

/** A branch's first line has a dash, so that a branch of several steps can be told from several branches. */
const withDash = ([first = '', ...rest]: readonly string[], indent: string): readonly string[] => [
  `${indent}- ${first.trimStart()}`,
  ...rest,
];

function timeLines({ times }: Explanation): readonly string[] {
  const { measured, makespanSeconds, criticalPathSeconds, withoutProfileSeconds, levelSeconds, criticalSteps } = times;
  const over =
    criticalPathSeconds > 0 ? ` (${(makespanSeconds / criticalPathSeconds).toFixed(3)} × the critical path)` : '';
  return [
    `makespan ${seconds(makespanSeconds)}${over}, level by level ${seconds(levelSeconds)}`,
    `critical path ${seconds(criticalPathSeconds)}${criticalSteps.length > 0 ? `: ${shortened(criticalSteps)}` : ', no step takes time'}`,
    measured
      ? `arranged without the profile it would take ${seconds(withoutProfileSeconds)}`
      : `no profile: each step counts as one second${missingProfileNote(times.missing)}`,
  ];
}

/** How much longer the flow may take because its steps were not measured. */
function missingProfileNote(missing: Explanation['times']['missing']): string {
  if (!missing) return '';
  const { guesses, sigma, mean, worst } = missing;
  const unlike = `, in ${count(guesses, 'guess')} at seconds, most within a factor of ${Math.exp(sigma).toFixed(1)},`;
  if (worst < 1.0005) return `${unlike} no profile would have arranged them better`;
  return `${unlike} a profile would have been worth ${percentLost(mean)} of the time, at most ${percentLost(worst)}`;
}

/** Of how many times as long as it had to take: the part that was lost. */
const percentLost = (ratio: number): string => `${(100 * (1 - 1 / Math.max(1, ratio))).toFixed(1)} %`;

const MAX_STEPS = 6;

const shortened = (steps: readonly string[]): string =>
  steps.length > MAX_STEPS
    ? [...steps.slice(0, MAX_STEPS - 2), `${steps.length - MAX_STEPS + 1} more`, steps.at(-1)].join(' → ')
    : steps.join(' → ');

/** The first of many are enough to tell which. */
const stepNames = (steps: readonly string[]): string =>
  steps.length > MAX_STEPS ? `${steps.slice(0, 2).join(', ')} and ${steps.length - 2} more` : steps.join(', ');

function passLine({ name, title, changes, saved, off }: Explanation['passes'][number]): string {
  if (off !== undefined) return `${name}: ${title}\n    ${off}`;
  const gains = Object.entries(saved).flatMap(([what, number]) =>
    number > 0 ? [count(number, what.replace(/s$/, ''))] : [],
  );
  const what =
    changes.length === 0
      ? 'nothing to do'
      : changes.map(({ steps, what: done }) => `${stepNames(steps)} ${done}`).join('; ');
  return `${name}: ${title}\n    ${what}${gains.length > 0 ? `; saved ${gains.join(', ')}` : ''}`;
}

/** What of the flow's input is read, and how large that may be. */
function inputLines({ inputReads, inputSpillAbove }: ExplainedBudgets): readonly string[] {
  if (inputReads.length === 0) return [];
  const read = inputReads.map((path) => (path === '$' || path === '' ? 'all of it' : path)).join(', ');
  return [`input: ${read}, spilled above ${kilobytes(inputSpillAbove)} each`];
}

function edgeLines(edges: readonly Edge[], nameOf: (step: string) => string): readonly string[] {
  const shown = edges.slice(0, MAX_EDGES).map(({ from, to, reads, tests, spillAbove, after }) => {
    const ends = `${nameOf(from)} → ${nameOf(to)}`;
    if (after && reads.length + tests.length === 0) return `${ends}: nothing, only order (after)`;
    const values = [...reads.map((path) => (path === '$' ? 'all of it' : path)), ...tests].join(', ');
    const moved = nameOf(from) === from ? values : 'what it gives';
    const spill = reads.length > 0 ? `, spilled above ${kilobytes(spillAbove)} each` : ', a boolean each';
    return `${ends}: ${moved}${spill}${after ? ', and order (after)' : ''}`;
  });
  const rest = edges.length - shown.length;
  return rest > 0 ? [...shown, `and ${count(rest, 'more edge')}: see --json`] : shown;
}

/** What costs a call of a function so that it fits, in the flow and in those inside it. */
function carriedLines({ carried, inner }: ExplainedBudgets, prefix = ''): readonly string[] {
  const what = {
    input: 'the input of each run',
    runs: 'the result of each run',
    result: 'its result',
    default: 'its default',
  };
  const own = carried.map(
    ({ step, part }) => `${prefix}${step}: a function carries ${what[part]}, whose values do not fit`,
  );
  return [...own, ...Object.entries(inner).flatMap(([step, inside]) => carriedLines(inside, `${prefix}${step}.`))];
}

const MAX_EDGES = 40;

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;

function limitLine({ limit, unit, used, most, where }: UsedLimit): string {
  const show = (value: number): string =>
    unit === 'bytes' ? kilobytes(value) : Math.round(value).toLocaleString('en');
  const percent = `${((100 * used) / most).toFixed(1)} %`;
  const what = { definition: 'definition', history: 'history events', payload: 'fullest payload' }[limit];
  return `${what}: ${show(used)} of ${show(most)} (${percent})${where === undefined ? '' : `, ${where}`}`;
}
