import { checkOutput } from './check-output.ts';
import { foldConstants } from './fold-constants.ts';
import { fuseChains } from './fuse-chains.ts';
import { fusePutBlob } from './fuse-put-blob.ts';
import { inlinePure } from './inline-pure.ts';
import { mapFanOuts } from './map-fan-outs.ts';
import { mergeIdentical } from './merge-identical.ts';
import type { FlowPass, Pass, PlanPass } from './pass.ts';
import { projectReads } from './project-reads.ts';
import { shareGuards } from './share-guards.ts';

/** All passes, in the order in which they run: those that rewrite flows come before those that rewrite plans. */
const PASSES = [
  foldConstants,
  mergeIdentical,
  inlinePure,
  fusePutBlob,
  projectReads,
  shareGuards,
  fuseChains,
  mapFanOuts,
  checkOutput,
] as const;

/** The name of a pass, as `--without` takes it. */
export type PassName = (typeof PASSES)[number]['name'];

const ALL: readonly Pass[] = PASSES;

/** The passes that rewrite flows, in the order in which they run. */
export const FLOW_PASSES: readonly FlowPass[] = ALL.filter((pass) => pass.rewrites === 'flow');

/** The passes that rewrite plans, in the order in which they run. */
export const PLAN_PASSES: readonly PlanPass[] = ALL.filter((pass) => pass.rewrites === 'plan');

/** The names of all passes, in the order in which they run. */
export const PASS_NAMES: readonly PassName[] = ALL.map(({ name }) => name);

/** The names of the passes that only run on request, as `--with` takes them. */
export const ON_REQUEST: readonly PassName[] = ALL.flatMap(({ name, onRequest }) => (onRequest ? [name] : []));

/** The names of the passes that may make a payload too large. */
export const PAYLOAD_ENLARGING: readonly PassName[] = ALL.flatMap(({ name, enlargesPayloads: joins }) =>
  joins ? [name] : [],
);
