import fc from 'fast-check';
import { compile } from '../../lib/compiler/compile.ts';
import { checkFlows, SharedComponents } from '../../lib/project/load-flows.ts';
import { SEED } from '../chance.ts';
import { eagerFlow, lazyFlow, type Sample } from '../oracle/draw-flow.ts';
import { judge, type Verdict } from '../oracle/oracle.ts';
import type { JudgedSample, Wanted } from './judged-sample.ts';

/** How many flows of each kind are drawn, by the outcome of their first run. */
const SHARES: { readonly [O in Verdict['outcome']]: number } = { success: 5, failed: 4, skipped: 3 };
/** Many more than the shares need. */
const DRAWS = 2000;
/** Smaller flows hardly differ. */
const FEWEST_STEPS = 3;
const MOST_INPUTS = 2;

const SHARED = new SharedComponents();

/** Flows drawn as in test/oracle, with every outcome often enough. */
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
  throw new Error(`Seed ${SEED} does not give all outcomes: missing are ${JSON.stringify(left)}.`);
}

/** The oracle's verdicts on the flow's runs; none for a flow that is too small or refused. */
async function judgeRuns(sample: Sample): Promise<readonly Wanted[]> {
  const { flow, stateMachine } = compile(sample.source, sample);
  if (!flow || !stateMachine || flow.steps.length < FEWEST_STEPS) return [];
  const { source, variables } = sample;
  const found = await checkFlows([{ source, variables }], SHARED);
  // The components with mocks have no files here; they are written for the deployment.
  if (found.some(({ code, severity }) => severity === 'error' && code !== 'unknown-component')) return [];
  return Promise.all(sample.inputs.map(async (input) => asWanted(await judge(flow, { ...sample, input }))));
}

function asWanted(verdict: Verdict): Wanted {
  if (verdict.outcome === 'success') return { outcome: 'success', result: verdict.result };
  if (verdict.outcome === 'skipped') return { outcome: 'skipped' };
  return { outcome: 'failed', failures: [...verdict.codes.values()] };
}
