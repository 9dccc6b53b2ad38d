import type { Json } from '../../lib/protocol/json.ts';
import { type Answer, Components, type Mocks } from './mocked.ts';

declare global {
  /** A bundle has modules of its own: what it shares with the tests that run it in their process is this. */
  var oracleRuns: Map<string, Components> | undefined;
}

const runsHere = (): Map<string, Components> => {
  globalThis.oracleRuns ??= new Map();
  return globalThis.oracleRuns;
};

/** From now on the component `/mock/any` does in the execution of that name as the mocks say. */
export const beginMocked = (execution: string, mocks: Mocks): unknown =>
  runsHere().set(execution, new Components(mocks));

/** What the mocks of an execution say of a call of `/mock/any`. */
export function callMocked(execution: string, id: string, input: Json): Answer {
  const components = runsHere().get(execution.replace(/^.*:/, ''));
  if (!components) throw new Error(`nobody has begun ${execution}`);
  return components.call({ id, component: '/mock/any' }, input);
}
