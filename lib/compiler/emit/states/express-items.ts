import { workflowType } from '../../../flow/read/aws-metadata.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import { nestedIn } from '../../plan/plan-tree.ts';
import { builtinAsStates } from '../builtin-states.ts';

/**
 * Whether the items of a distributed Map run as Express executions: the flow of the items says so, and none of its states
 * is only supported in Standard ones. Never by itself, although it is cheaper for short items: Express executions are
 * at-least-once and end after five minutes. Source: "Choosing workflow type", AWS Step Functions developer guide.
 */
export const hasExpressItems = ({ inner }: PlannedStep): boolean =>
  inner !== undefined && workflowType(inner.flow) === 'EXPRESS' && !startsExecutions(inner);

/** Whether a flow starts executions and waits for them: of items, of nested state machines, or of rounds. */
const startsExecutions = ({ tree, steps }: Plan): boolean =>
  (tree !== undefined && nestedIn(tree).length > 0) ||
  [...steps.values()].some(
    (planned) =>
      planned.ownExecutions === true ||
      builtinAsStates(planned) === 'map' ||
      (planned.inner !== undefined && startsExecutions(planned.inner)),
  );
