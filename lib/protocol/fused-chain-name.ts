/** What stands between the paths of a chain's components: no path has it. See `COMPONENT` of read-step.ts. */
const JOINT = '+';

/** The name of the function that runs components one after another, e.g. `/pipeline/extract+/pipeline/transform`. */
export const fusedChainName = (components: readonly string[]): string => components.join(JOINT);

/** The paths of the components that a function runs, in order: of one that is no chain's, the one. */
export const componentsInFusedChain = (name: string): readonly string[] => name.split(JOINT);
