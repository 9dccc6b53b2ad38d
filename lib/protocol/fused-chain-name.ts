/** Separates the components' paths; no path contains it. See `COMPONENT` of read-step.ts. */
const SEPARATOR = '+';

/** The name of the function of a fused chain, e.g. `/pipeline/extract+/pipeline/transform`. */
export const fusedChainName = (components: readonly string[]): string => components.join(SEPARATOR);

/** The paths of the components that a function runs, in order: one unless it is a fused chain. */
export const componentsInFusedChain = (name: string): readonly string[] => name.split(SEPARATOR);
