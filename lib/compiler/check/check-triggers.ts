import type { Flow } from '../../flow/flow.ts';
import type { Trigger } from '../../flow/triggers/trigger.ts';
import { formatPath } from '../../protocol/describe.ts';
import { mappingFlow } from '../triggers/mapping-flow.ts';
import { checkConditions } from './check-conditions.ts';
import { checkOperations } from './check-operations.ts';
import { checkPaths } from './check-paths.ts';
import { checkValue } from './check-value.ts';
import { openScope } from './open-scope.ts';
import type { Scope } from './scope.ts';
import { schemaType } from './type.ts';

/** Checks what the triggers of a flow make of their events: against what is known of these, and against the flow's inputSchema. */
export function checkTriggers(flow: Flow, report: Scope['report']): void {
  for (const trigger of flow.triggers ?? []) checkTrigger(flow, trigger, report);
}

function checkTrigger(flow: Flow, trigger: Trigger, report: Scope['report']): void {
  const mapping = mappingFlow(flow, trigger);
  const context = { schemasOf: () => undefined, ownSchemas: true, variablesAreGiven: undefined, report };
  const scope = openScope(mapping, context);
  checkPaths(scope, 'the event');
  checkOperations(scope);
  checkConditions(scope);
  if (flow.inputSchema === undefined) return;
  checkValue(trigger.input, schemaType(flow.inputSchema), scope, {
    mismatch: (path, problem, span) => {
      const where = path.length === 0 ? 'the input' : `"${formatPath(path)}"`;
      report('trigger-input', { trigger: trigger.name, where, problem }, span);
    },
    unlisted: (field, known, nearest, span) =>
      report('unlisted-field', { by: "the flow's inputSchema", field, known, nearest }, span),
  });
}
