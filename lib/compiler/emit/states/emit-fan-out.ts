import { isDeepStrictEqual } from 'node:util';
import type { Branch, MapState, TaskState, Template } from '../../../asl/state-machine.ts';
import { travellingKey } from '../../../protocol/markers.ts';
import { QUOTAS } from '../../../protocol/quotas.ts';
import type { Evaluated } from '../../../protocol/templated.ts';
import { alikeOf, type Common, type Differing } from '../../plan/alike.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { FanOut } from '../../plan/plan-tree.ts';
import { nextState, States, transitionTo } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { TreeContext } from '../frame.ts';
import { templateOf } from '../jsonata/expressions.ts';
import { evaluated, type Jsonata, jsonata, lookup, text } from '../jsonata/jsonata.ts';
import type { ScopePath } from '../layout.ts';
import { Names, nameOfMany } from '../names.ts';
import { ANSWER } from './call.ts';
import { callOfStep, type StepPayload } from './emit-task.ts';
import { boundOf } from './iteration.ts';

/** Steps that are alike, and where they are emitted. */
interface Members {
  readonly emitter: FlowEmitter;
  readonly scopePath: ScopePath;
  /** The first, which represents all in what they have in common. */
  readonly first: PlannedStep;
  readonly all: readonly PlannedStep[];
}

/** A part of the payload that may differ between members: a field of the items. */
interface Field<T extends Template = Template> {
  readonly name: string;
  readonly values: readonly T[];
}

/**
 * Emits steps that are alike as a Map of one Task. Its items have what differs: each step's id, and the parts of its input
 * that are not the same for all. The rest is in the Task, which may read outer variables as a branch may.
 */
export function emitFanOut(emitter: FlowEmitter, { steps }: FanOut, { scopePath, states, after }: TreeContext): string {
  const { layout, plan, prefix } = emitter.frame;
  const catchers = emitter.outerCatchers(scopePath);
  const all = steps.flatMap((id) => plan.steps.get(id) ?? []);
  const [first] = all;
  if (!first) return nextState(after);
  const name = emitter.shared.states.take(`${prefix}${nameOfMany(steps)}`);
  const results = new Map(steps.map((id, index): [string, Jsonata] => [id, jsonata`$states.result[${index}]`]));
  const read = first.readings.length > 0 ? [...results] : [];
  const assigned = read.map(([id, slots]) => [layout.nameAt(id, scopePath.length), evaluated(slots)]);
  const state: MapState = {
    Type: 'Map',
    ...boundOf(emitter, first, Math.min(all.length, QUOTAS.inlineConcurrency)),
    ...iterations({ emitter, scopePath, first, all }),
    ...(catchers.length > 0 && { Catch: catchers }),
    ...('next' in after && assigned.length > 0 && { Assign: Object.fromEntries(assigned) }),
    ...transitionTo(after, (id) => results.get(id)),
  };
  return states.add(name, state, emitter.source('fan-out'));
}

/** The items, and the Task that runs for each. */
function iterations(members: Members): Pick<MapState, 'Items' | 'ItemProcessor'> {
  const { common, own } = alikeOf(members.all.map(({ step }) => step.input));
  const { step, spillAbove, parts } = fieldsOf(members, own);
  const payload: StepPayload = {
    step: fieldInIteration(step),
    input: inputOf(common, members, parts),
    spillAbove: fieldInIteration(spillAbove),
  };
  const fields = [step, spillAbove, ...parts].filter((field) => !isShared(field));
  // Written as a list, since JSONata might flatten the list of an expression.
  const Items = members.all.map((_, at) =>
    Object.fromEntries(fields.map(({ name, values }) => [name, values[at] ?? null])),
  );
  return { Items, ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...iteration(members, payload) } };
}

/** The fields that may differ between members. */
function fieldsOf({ emitter, scopePath, all }: Members, own: readonly Differing[]) {
  const { budget, prefix } = emitter.frame;
  const names = new Names();
  const field = <T extends Template>(name: string, values: readonly T[]): Field<T> => ({
    name: names.take(name),
    values,
  });
  const steps = all.map(({ step }) => text(`${prefix}${step.id}`));
  const limits = all.map(({ step }) => budget.spillAbove(step.id));
  const scope = emitter.inputScope(all, scopePath);
  const valuesOf = (parts: Differing['parts']): readonly Template[] => parts.map((part) => templateOf(part, scope));
  return {
    step: field('step', steps),
    spillAbove: field('spillAbove', limits),
    parts: own.map(({ path, parts }) => field(path || 'input', valuesOf(parts))),
  };
}

const isShared = ({ values }: Field): boolean => values.every((value) => isDeepStrictEqual(value, values[0]));

/** A field in the iteration's payload: read from the item, which is its input, unless it is the same for all. */
function fieldInIteration<T extends Template>(field: Field<T>): T | Evaluated {
  const [first] = field.values;
  return first !== undefined && isShared(field) ? first : evaluated(lookup(jsonata`$states.input`, field.name));
}

function iteration({ emitter, scopePath, first, all }: Members, payload: StepPayload): Branch {
  const { state } = emitter.stateOf(first.step.id);
  const task: TaskState = {
    ...callOfStep(emitter, first, scopePath, payload),
    Output: first.readings.length > 0 ? evaluated(ANSWER) : {},
    End: true,
  };
  const { shared, frame } = emitter;
  const states = new States(shared.sources);
  const iterations = all.map(({ step }) => frame.prefix + step.id);
  states.add(state, task, { role: 'step', iterations });
  return states.scope(state);
}

/** The template of the members' input. */
function inputOf(common: Common, members: Members, parts: readonly Field[]): Template {
  switch (common.kind) {
    case 'same':
      return templateOf(common.value, members.emitter.inputScope(members.all, members.scopePath));
    case 'own': {
      const part = parts[common.at];
      return part ? fieldInIteration(part) : null;
    }
    case 'map':
      return Object.fromEntries(
        common.entries.map(([key, value]) => [travellingKey(key), inputOf(value, members, parts)]),
      );
    case 'list':
      return common.items.map((item) => inputOf(item, members, parts));
  }
}
