import type { Json } from '../../lib/protocol/json.ts';
import { type Answer, MockedComponents, type Mocks } from './mocked.ts';

declare global {
  /** A bundle has its own copies of modules, so it shares data with the tests in the same process only through this. */
  var oracleRuns: Map<string, MockedComponents> | undefined;
}

const runsHere = (): Map<string, MockedComponents> => {
  globalThis.oracleRuns ??= new Map();
  return globalThis.oracleRuns;
};

/** Sets what `/mock/any` does in the execution of that name. */
export const beginMocked = (execution: string, mocks: Mocks): unknown =>
  runsHere().set(execution, new MockedComponents(mocks));

/** Calls `/mock/any` in an execution. */
export function callMocked(execution: string, id: string, input: Json): Answer {
  const components = runsHere().get(execution.replace(/^.*:/, ''));
  if (!components) throw new Error(`The execution ${execution} has no mocks.`);
  return components.call({ id, component: '/mock/any' }, input);
}
