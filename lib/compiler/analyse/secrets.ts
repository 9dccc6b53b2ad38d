import { allWithin, type Expression } from '../../flow/expression.ts';
import type { Flow } from '../../flow/flow.ts';
import { secretPath } from '../../runtime/secrets/secrets.ts';
import { builtinOf } from './builtins.ts';
import type { FlowUses } from './graph.ts';
import { isRead, isStepUse } from './uses.ts';

/** The names of secret variables. */
export type SecretNames = ReadonlySet<string>;

/**
 * The secret variables that each step's input may contain: those written there, and those that the flow's input, what is given to its variables, or the result
 * of a step that runs an inner flow may contain. The result of a function contains none: its wrapper removes them. `order` is
 * a topological order.
 */
export function secretsOfSteps(
  flow: Flow,
  uses: FlowUses,
  order: readonly string[],
  inputSecrets: SecretNames,
): ReadonlyMap<string, SecretNames> {
  const steps = new Map(flow.steps.map((step) => [step.id, step]));
  const found = new Map<string, SecretNames>();
  const carried = new Map<string, SecretNames>();
  for (const id of order) {
    const step = steps.get(id);
    if (!step) continue;
    const read = (uses.steps.get(id)?.input ?? []).map((use): SecretNames => {
      if (isStepUse(use)) return carried.get(use.reference.step) ?? NONE;
      return isRead(use.reference) ? inputSecrets : NONE;
    });
    const names = new Set([...secretsIn(step.input), ...read.flatMap((some) => [...some])]);
    found.set(id, names);
    if (builtinOf(step)) carried.set(id, names);
  }
  return found;
}

const NONE: SecretNames = new Set();

/** The names of the secrets in an expression whose variables are bound. */
const secretsIn = (expression: Expression): readonly string[] =>
  allWithin(expression).flatMap((one) =>
    one.kind === 'literal' && one.secret !== undefined ? [secretPath(one.secret).name] : [],
  );
