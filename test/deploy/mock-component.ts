import { z } from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { answerWith, MockedComponents, type Mocks } from '../oracle/mocked.ts';

/** The mocks of several flows, by the flow's name. */
export type MockBook = { readonly [flow: string]: Mocks };

/** The name of an execution has the flow's name, so that a function finds the mocks of its flow. */
export const executionName = (flow: string, number: number): string => `${flow}-${number}`;

/** The flow of an execution, by its name; of one that a distributed Map started, by the name of the state machine. */
function flowOf(execution: string, book: MockBook): string | undefined {
  const [machine = '', name = ''] = execution.split(':').slice(-2);
  const own = name.replace(/-\d+$/, '');
  return Object.hasOwn(book, own) ? own : Object.keys(book).find((flow) => machine.includes(`-${flow}-`));
}

/** The component at `path`, which in each flow does what the flow's mocks say. */
export const mockComponent = (path: string, book: MockBook) =>
  component({ description: 'Does as its mocks say', input: z.json(), output: z.json() }, (input, context) => {
    const { step: id, execution, attempt } = context;
    const components = new MockedComponents(book[flowOf(execution, book) ?? ''] ?? {});
    // A function keeps no state between calls: the earlier attempts are counted again.
    for (let earlier = 0; earlier < attempt; earlier += 1) components.call({ id, component: path }, input);
    return answerWith(components.call({ id, component: path }, input));
  });
