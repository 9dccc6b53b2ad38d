import { component } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';

/** Gives back its input: its wrapper reads the operands, and answers what an operator makes of them. */
export default component(
  {
    description:
      'Applies an operator to values of several steps. The compiler calls it where the state machine cannot do that itself.',
    input: anyValue,
    output: anyValue,
  },
  (input) => input,
);
