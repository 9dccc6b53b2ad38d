import type { ChoiceRule } from '../../../asl/state-machine.ts';
import type { Builtin } from '../../analyse/builtins.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { builtinAsStates } from '../builtin-states.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import { emitEval } from './emit-eval.ts';
import { emitIterate, iterateRules } from './emit-iterate.ts';
import { emitMap, mapRules } from './emit-map.ts';
import { emitWait } from './emit-wait.ts';
import { variablesRules } from './given-variables.ts';

/** How a built-in component is written as states of its own. */
export interface BuiltinEmitter {
  /** Writes the states and returns the first one's name. */
  readonly emit: (emitter: FlowEmitter, planned: PlannedStep, context: EmitContext) => string;
  /** Further rules for the Choice before it. */
  readonly rules?: (emitter: FlowEmitter, planned: PlannedStep, context: EmitContext) => readonly ChoiceRule[];
}

const EMITTERS: { readonly [B in Builtin]: BuiltinEmitter } = {
  sleep: { emit: emitWait },
  eval: { emit: emitEval, rules: variablesRules },
  map: { emit: emitMap, rules: mapRules },
  iterate: { emit: emitIterate, rules: (...of) => [...iterateRules(...of), ...variablesRules(...of)] },
};

/** How a step is written that calls no function; undefined for one that does. */
export function builtinEmitterOf(planned: Pick<PlannedStep, 'step' | 'inner'>): BuiltinEmitter | undefined {
  const builtin = builtinAsStates(planned);
  return builtin && EMITTERS[builtin];
}
