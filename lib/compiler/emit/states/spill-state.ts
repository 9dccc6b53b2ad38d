import type { Catcher, TaskState } from '../../../asl/state-machine.ts';
import type { Evaluated, Plain } from '../../../protocol/templated.ts';
import type { InputBudget } from '../../../runtime/spill/spill-input.ts';
import { evaluated, type Jsonata, lookup, verbatim } from '../jsonata/jsonata.ts';
import { ANSWER, callOf } from './call.ts';

const SPILL = '/builtin/spill';

/** A value that is to be the input of a flow, and what comes of it. */
export interface Spilling {
  /** Names the call in logs. */
  readonly step: Plain | Evaluated;
  readonly value: Jsonata;
  /** What is read of the value, and how large that may be. */
  readonly budget: InputBudget;
  /** Whether the value comes from outside, not from a state of the flow. */
  readonly direct?: true;
  /** The variable that holds it afterwards. */
  readonly name: string;
  readonly catchers: readonly Catcher[];
  readonly next: string;
}

/** The state in which a function puts what is large of a value into blobs. */
export const spillState = ({ step, value, budget, direct, name, catchers, next }: Spilling): TaskState => ({
  ...callOf(SPILL, {
    step,
    input: {
      value: evaluated(value),
      reads: verbatim([...budget.reads]),
      share: budget.share,
      room: budget.room,
      ...(direct && { direct }),
    },
    reads: verbatim(['$']),
  }),
  ...(catchers.length > 0 && { Catch: catchers }),
  Assign: { [name]: evaluated(lookup(ANSWER, '$')) },
  Output: {},
  Next: next,
});
