import type { WaitState } from '../../../asl/state-machine.ts';
import { escapeValue } from '../../../protocol/markers.ts';
import { literalWait } from '../../analyse/builtins.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import { constant, evaluated, jsonata } from '../jsonata/jsonata.ts';
import { assignResult } from './assign-result.ts';

/** Writes a `sleep` as a Wait state, so that no function is paid for waiting. */
export function emitWait(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): string {
  const { input } = planned.step;
  const result = constant(input.kind === 'literal' ? escapeValue(input.value) : null);
  const state: WaitState = {
    Type: 'Wait',
    // `Seconds` takes whole seconds only.
    Timestamp: evaluated(jsonata`$fromMillis($millis() + ${literalWait(planned.step) ?? 0})`),
    ...assignResult(emitter, planned, context, result),
  };
  return context.states.add(context.name, state, emitter.source('step', planned));
}
