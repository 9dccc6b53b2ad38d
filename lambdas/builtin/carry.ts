import { component } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';

/** Takes and gives a value as it travels: what is in the blob store stays there, and the wrapper spills the rest. */
export default component(
  {
    description:
      'Gives back its input, with what was spilled of it. The compiler calls it where many spilled values have to become one.',
    travelling: true,
    input: anyValue,
    output: anyValue,
  },
  (input) => input,
);
