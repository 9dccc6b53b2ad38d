import fc from 'fast-check';
import { compile } from '../../lib/compiler/compile.ts';
import { checkFlows, SharedComponents } from '../../lib/project/load-flows.ts';
import { SEED } from '../chance.ts';
import { eagerFlow, lazyFlow, type Sample } from '../oracle/draw-flow.ts';
import { judge, type Verdict } from '../oracle/oracle.ts';
import type { JudgedSample, Wanted } from './judged-sample.ts';

/** How many flows of each kind are drawn, by how their first run is to end. */
const SHARES: { readonly [O in Verdict['outcome']]: number } = { success: 5, failed: 4, skipped: 3 };
/** Far more than the shares need. */
const DRAWS = 2000;
/** Smaller flows are all alike. */
const FEWEST_STEPS = 3;
const MOST_INPUTS = 2;

const SHARED = new SharedComponents();

/** Flows drawn as for the oracle's own comparison, in which every outcome comes up often. */
export const drawSamples = async (): Promise<readonly JudgedSample[]> => [
  ...(await draw('Eager', eagerFlow)),
  ...(await draw('Lazy', lazyFlow)),
];

async function draw(kind: string, flows: fc.Arbitrary<Sample>): Promise<readonly JudgedSample[]> {
  const left = { ...SHARES };
  const drawn: JudgedSample[] = [];
  for (const sample of fc.sample(flows, { seed: SEED, numRuns: DRAWS })) {
    if (Object.values(left).every((number) => number === 0)) return drawn;
    const wanted = await judgeRuns(sample);
    const outcome = wanted[0]?.outcome;
    if (outcome === undefined || left[outcome] === 0) continue;
    left[outcome] -= 1;
    drawn.push({ ...sample, name: `${kind}${drawn.length + 1}`, inputs: sample.inputs.slice(0, MOST_INPUTS), wanted });
  }
  throw new Error(`Seed ${SEED} does not give all outcomes: still wanted are ${JSON.stringify(left)}.`);
}

/** What the oracle says of the flow's runs; nothing of a flow that is small, or refused. */
async function judgeRuns(sample: Sample): Promise<readonly Wanted[]> {
  const { flow, stateMachine } = compile(sample.source, sample);
  if (!flow || !stateMachine || flow.steps.length < FEWEST_STEPS) return [];
  const { source, variables } = sample;
  const found = await checkFlows([{ source, variables }], SHARED);
  // The components that mocks are deployed for have no files here.
  if (found.some(({ code, severity }) => severity === 'error' && code !== 'unknown-component')) return [];
  return Promise.all(sample.inputs.map(async (input) => asWanted(await judge(flow, { ...sample, input }))));
}

function asWanted(verdict: Verdict): Wanted {
  if (verdict.outcome === 'success') return { outcome: 'success', result: verdict.result };
  if (verdict.outcome === 'skipped') return { outcome: 'skipped' };
  return { outcome: 'failed', failures: [...verdict.codes.values()] };
}
