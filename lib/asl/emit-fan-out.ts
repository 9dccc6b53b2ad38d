import { alikeOf, type Common } from '../plan/alike.ts';
import type { FanOut, PlannedStep } from '../plan/plan.ts';
import { ANSWER } from './call.ts';
import type { FlowEmitter } from './emit-flow.ts';
import { callOfStep, type Own } from './emit-task.ts';
import { type Continuation, closing, type States, target } from './end.ts';
import { type Scope, templateOf } from './expressions.ts';
import { evaluated, type Jsonata, lookup } from './jsonata.ts';
import type { Chain } from './layout.ts';
import { Names, nameOfMany } from './names.ts';
import type { Branch, MapState, TaskState, Template } from './state-machine.ts';

/** Where it is written. */
interface Here {
  readonly chain: Chain;
  readonly states: States;
  readonly after: Continuation;
}

/** Some steps that are alike, as they are written. */
interface Members {
  readonly emitter: FlowEmitter;
  readonly chain: Chain;
  /** The first stands for all where they are alike. */
  readonly first: PlannedStep;
  readonly all: readonly PlannedStep[];
}

/** What is each member's own: a field of the items. */
interface Field {
  readonly name: string;
  readonly values: readonly Template[];
}

/**
 * Writes steps that are alike as a Map of one Task. Its items hold what is each step's own: its id, and those parts of
 * its input that are not the same for all. The rest is in the Task, which may read outer variables as a branch may.
 */
export function emitFanOut(emitter: FlowEmitter, { steps }: FanOut, { chain, states, after }: Here): string {
  const { catchers, layout, plan, prefix } = emitter.frame;
  const all = steps.flatMap((id) => plan.steps.get(id) ?? []);
  const [first] = all;
  if (!first) return target(after);
  const results = new Map(steps.map((id, index): [string, Jsonata] => [id, `$states.result[${index}]`]));
  const read = first.readings.length > 0 ? [...results] : [];
  const assigned = read.map(([id, slots]) => [layout.nameAt(id, chain.length), evaluated(slots)]);
  return states.add(emitter.shared.states.take(`${prefix}${nameOfMany(steps)}`), {
    Type: 'Map',
    ...iterations({ emitter, chain, first, all }),
    ...(chain.length === 0 && catchers.length > 0 && { Catch: catchers }),
    ...('next' in after && assigned.length > 0 && { Assign: Object.fromEntries(assigned) }),
    ...closing(after, (id) => results.get(id)),
  });
}

/** The items, and what is done with each. */
function iterations(members: Members): Pick<MapState, 'Items' | 'ItemProcessor'> {
  const { emitter, chain, all } = members;
  const { budget, prefix } = emitter.frame;
  const scope = emitter.scope(chain);
  const names = new Names();
  const field = (name: string, values: readonly Template[]): Field => ({ name: names.take(name), values });
  const step = field(
    'step',
    all.map((one) => `${prefix}${one.step.id}`),
  );
  const limits = all.map((one) => budget.spillAbove(one.step.id));
  const isSame = limits.every((limit) => limit === limits[0]);
  const spillAbove = isSame ? undefined : field('spillAbove', limits);
  const { common, own } = alikeOf(all.map((one) => one.step.input));
  const parts = own.map(({ path, parts }) =>
    field(
      path || 'input',
      parts.map((part) => templateOf(part, scope)),
    ),
  );
  const payload: Own = {
    step: partOf(step),
    input: inputOf(common, scope, parts),
    spillAbove: spillAbove ? partOf(spillAbove) : (limits[0] ?? null),
  };
  const Items = itemsOf([step, ...(spillAbove ? [spillAbove] : []), ...parts], all.length);
  return { Items, ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...iteration(members, payload) } };
}

/** A list that is written out: one that an expression gave might be flattened. */
const itemsOf = (fields: readonly Field[], length: number): Template =>
  Array.from({ length }, (_, at) => Object.fromEntries(fields.map(({ name, values }) => [name, values[at] ?? null])));

/** A field of the item, which is the iteration's input. */
const partOf = ({ name }: Field): Template => evaluated(lookup('$states.input', name));

function iteration({ emitter, chain, first }: Members, payload: Own): Branch {
  const { state } = emitter.placeOf(first.step.id);
  const task: TaskState = {
    ...callOfStep(emitter, first, chain, payload),
    Output: first.readings.length > 0 ? evaluated(ANSWER) : {},
    End: true,
  };
  return { StartAt: state, States: { [state]: task } };
}

/** The template of the members' input. */
function inputOf(common: Common, scope: Scope, parts: readonly Field[]): Template {
  switch (common.kind) {
    case 'same':
      return templateOf(common.value, scope);
    case 'own': {
      const part = parts[common.at];
      return part ? partOf(part) : null;
    }
    case 'map':
      return Object.fromEntries(common.entries.map(([key, value]) => [key, inputOf(value, scope, parts)]));
    case 'list':
      return common.items.map((item) => inputOf(item, scope, parts));
  }
}
