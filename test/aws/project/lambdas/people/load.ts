import { z } from 'zod';
import { component, FlowError } from '../../../../../lib/runtime/index.ts';

const PEOPLE: { readonly [id: string]: string } = { ada: 'Ada Lovelace', alan: 'Alan Turing' };

export default component(
  {
    description: 'Loads a person',
    input: z.object({ id: z.string() }),
    output: z.object({ id: z.string(), name: z.string() }),
    memorySize: 256,
    timeout: 5,
    reservedConcurrency: 20,
  },
  ({ id }) => {
    const name = PEOPLE[id];
    if (name === undefined) throw new FlowError('RESOURCE_UNAVAILABLE', `there is nobody with the id "${id}"`);
    return { id, name };
  },
);
