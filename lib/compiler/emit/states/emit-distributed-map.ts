import type { State } from '../../../asl/state-machine.ts';
import { failsWithItem } from '../../analyse/builtins.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { fieldOf } from '../builtin-states.ts';
import { transitionTo, type UnassignedSlots } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import { templateOf } from '../jsonata/expressions.ts';
import { inputReads } from '../jsonata/input-reads.ts';
import { evaluated, jsonata, lookup, text, variable, verbatim } from '../jsonata/jsonata.ts';
import { nestedInput } from '../layout.ts';
import { listsRead } from '../result-lists.ts';
import { holdsValue } from '../sizes/fixed-bytes.ts';
import { INPUT, PAYLOAD_BYTES, VARIABLES_BYTES } from '../sizes/payload-limits.ts';
import { ANSWER, callOf } from './call.ts';
import { readsInsideResult, readsInsideSpilled } from './emit-result.ts';
import { hasExpressItems } from './express-items.ts';
import { failureOfItem, MAP_FIELD, nameOfMap } from './fail-map.ts';
import { givenVariables, takeVariables } from './given-variables.ts';
import { concurrencyOf, iteration, selectorOf } from './iteration.ts';

/** The components at the two ends of a distributed Map. */
const ITEMS = '/builtin/map_items';
const RESULTS = '/builtin/map_results';

/**
 * Emits a `map` over many items, or over a list that was spilled. A function writes the list to S3 in the form that the Map
 * reads; a distributed Map runs the inner flow for each item in an execution of its own and writes the outcomes to S3; a
 * function puts them in order. Returns the first state.
 */
export function emitDistributedMap(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): string {
  const { states, scopePath } = context;
  const list = emitter.localName(planned, 'list');
  const at = (field: string): string => evaluated(lookup(variable(list), field));
  const fails = failsWithItem(planned.step) === true;
  const given = givenVariables(emitter, planned, context);
  const results = states.add(
    emitter.stateName(planned, 'results'),
    resultsState(emitter, planned, context),
    emitter.source('map-results', planned),
  );
  const map: State = {
    Type: 'Map',
    ItemReader: {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSON' },
      Arguments: { Bucket: at('Bucket'), Key: at('Key') },
    },
    ItemSelector: {
      index: evaluated(jsonata`$states.context.Map.Item.Index`),
      ...selectorOf(emitter, context),
      ...(given.frame.variables && { variables: evaluated(given.frame.variables) }),
      execution: evaluated(emitter.execution(scopePath)),
      ...(fails && { [MAP_FIELD]: evaluated(nameOfMap(emitter, planned, context)) }),
    },
    ...concurrencyOf(emitter, planned, context),
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: hasExpressItems(planned) ? 'EXPRESS' : 'STANDARD' },
      // An execution of its own, whose input is what the selector gives.
      ...iteration(emitter, planned, {
        execution: nestedInput('execution'),
        iteration: nestedInput('iteration'),
        isChild: true,
        ...(given.frame.variables && { variables: nestedInput('variables') }),
      }),
    },
    ResultWriter: {
      Resource: 'arn:aws:states:::s3:putObject',
      Arguments: { Bucket: at('Bucket'), Prefix: at('Prefix') },
    },
    // A failed run is one of the results.
    ...(!fails && { ToleratedFailurePercentage: 100 }),
    ...(fails
      ? { Catch: [failureOfItem(emitter, planned, context), ...emitter.catchers(planned, context)] }
      : catching(emitter, planned, context)),
    Output: evaluated(lookup(jsonata`$states.result`, 'ResultWriterDetails')),
    Next: results,
  };
  const mapped = states.add(emitter.stateName(planned, 'distributed'), map, emitter.source('step', planned));
  const reads = planned.inner ? inputReads(planned.inner) : [];
  const share = emitter.frame.budget.inner(planned.step.id)?.share(INPUT) ?? 0;
  const room = PAYLOAD_BYTES - (given.frame.variables ? VARIABLES_BYTES : 0);
  const items = templateOf(fieldOf(planned, 'items'), emitter.scope(scopePath));
  const writing: State = {
    ...callOf(ITEMS, {
      step: text(stepOf(emitter, planned)),
      input: { items, reads: verbatim([...reads]), share, room },
      reads: verbatim(['$']),
    }),
    ...catching(emitter, planned, context),
    Assign: { [list]: evaluated(lookup(ANSWER, '$')) },
    Output: {},
    Next: mapped,
  };
  const start = states.add(emitter.stateName(planned, 'items'), writing, emitter.source('map-items', planned));
  return takeVariables(emitter, planned, { states, start }, given, emitter.catchers(planned, context));
}

const stepOf = ({ frame }: FlowEmitter, { step }: PlannedStep): string => `${frame.prefix}${step.id}`;

function catching(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext) {
  const catchers = emitter.catchers(planned, context);
  return catchers.length > 0 && { Catch: catchers };
}

/** The Task that reads the outcomes and makes the step's result of them. */
function resultsState(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): State {
  const { scopePath, after } = context;
  const { id } = planned.step;
  const keys = emitter.keys(planned);
  const unassigned: UnassignedSlots = (step) => (step === id && keys.length > 0 ? ANSWER : undefined);
  return {
    ...callOf(RESULTS, {
      step: text(stepOf(emitter, planned)),
      input: {
        manifest: evaluated(jsonata`$states.input`),
        open: readsInsideSpilled(emitter, planned),
        whole: !readsInsideResult(emitter, planned),
        lists: verbatim([...listsRead(keys)]),
      },
      reads: keys.length > 0 ? verbatim([...keys]) : undefined,
      spillAbove: keys.some(holdsValue) ? emitter.frame.budget.spillAbove(id) : undefined,
    }),
    ...catching(emitter, planned, context),
    ...('next' in after && emitter.assign(planned, scopePath, evaluated(ANSWER))),
    ...transitionTo(after, unassigned),
  };
}
