export type { Edge, ExplainedBudgets, ExplainedLimit } from './budgets.ts';
export { type Explained, type ExplainedTimes, type Explanation, explain } from './explain.ts';
export type { Harmless } from './harmless.ts';
export type { UsedLimit } from './limits.ts';
export type { ExplainedOperation } from './operations.ts';
export type { ExplainedStep, ExplainedTree } from './tree.ts';
export type { ExplainedStarts, ExplainedTrigger } from './triggers.ts';
