import { component } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';

export default component({ description: 'Gives back its input.', input: anyValue, output: anyValue }, (input) => input);
