/**
 * Compiles, runs, tests and simulates flows. None of it prints; what is wrong with a flow is in `diagnostics`.
 *
 * @module stepflow-aws
 */

export type { StateMachine } from './asl/state-machine.ts';
export { type Compiled, type CompileOptions, compile } from './compiler/compile.ts';
export type { Profile } from './compiler/plan/durations.ts';
export type { Diagnostic } from './diagnostics/diagnostics.ts';
export { renderDiagnostics } from './diagnostics/render.ts';
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
} from './run/run-flow.ts';
export { type Simulated, type SimulateOptions, type Simulation, simulate } from './simulate/index.ts';
export { type CaseReport, type FlowReport, type TestOptions, testFlow } from './testing/index.ts';
