// What tests draw at random is the same in every run, so that no run fails by chance. To hunt for what other draws find:
// STEPFLOW_SEED=$RANDOM STEPFLOW_EFFORT=20 npx vitest run test/runtime

/** The seed of everything that is drawn. */
export const SEED = Number(process.env.STEPFLOW_SEED ?? 20_250_601);

/** How many times as much is drawn as usual. */
export const EFFORT = Number(process.env.STEPFLOW_EFFORT ?? 1);

/** How often to try what is usually tried `usual` times. */
export const runs = (usual: number): number => Math.ceil(usual * EFFORT);
