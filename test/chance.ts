// What tests draw at random is the same in every run, so that no run fails by chance. To try other draws:
// STEPFLOW_SEED=$RANDOM STEPFLOW_EFFORT=20 npx vitest run test/runtime

/** The seed of everything that is drawn. */
export const SEED = Number(process.env.STEPFLOW_SEED ?? 20_250_601);

/** By how much the usual number of draws is multiplied. */
export const EFFORT = Number(process.env.STEPFLOW_EFFORT ?? 1);

/** The number of draws, of which there are usually `usual`. */
export const runs = (usual: number): number => Math.ceil(usual * EFFORT);
