/**
 * Compiles, runs, tests and simulates flows. None of it prints; what is wrong with a flow is in `diagnostics`.
 *
 * @module stepflow-aws
 */

export type { StateMachine } from './asl/state-machine.ts';
export { type Compiled, type CompileOptions, compile } from './compile.ts';
export type { Diagnostic } from './flow/diagnostics.ts';
export { renderDiagnostics } from './flow/render.ts';
export type { Profile } from './plan/cost.ts';
export {
  type FlowOptions,
  type FlowRun,
  type Mocks,
  type PreparedFlow,
  prepareFlow,
  type ResumedRun,
  ResumeError,
  type ResumeOptions,
  type RunEvent,
  resumeFlow,
  runFlow,
} from './run.ts';
export { type Simulated, type SimulateOptions, type Simulation, simulate } from './simulate/index.ts';
export { type CaseReport, type FlowReport, type TestOptions, testFlow } from './testing/index.ts';
