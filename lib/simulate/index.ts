export type { ConcurrencyFigures, LimitedFigures } from './limited-runs.ts';
export { OVERHEADS, type OverheadName } from './overhead.ts';
export { PRICE_SOURCES, PRICES, PRICES_DATE, PRICES_REGION } from './prices.ts';
export { type Simulated, type SimulateOptions, type Simulation, simulate, simulateCompiled } from './simulate.ts';
