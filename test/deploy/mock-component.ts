import { z } from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { answerWith, MockedComponents, type Mocks } from '../oracle/mocked.ts';

/** The mocks of several flows, by the flow's name. */
export type MockBook = { readonly [flow: string]: Mocks };

/** The name of an execution has the flow's name, so that a function finds the mocks of its flow. */
export const executionName = (flow: string, number: number): string => `${flow}-${number}`;

const flowOf = (execution: string): string => execution.replace(/^.*:/, '').replace(/-\d+$/, '');

/** The component at `path`, which in each flow does what the flow's mocks say. */
export const mockComponent = (path: string, book: MockBook) =>
  component({ description: 'Does as its mocks say', input: z.json(), output: z.json() }, (input, context) => {
    const { step: id, execution, attempt } = context;
    const components = new MockedComponents(book[flowOf(execution)] ?? {});
    // A function keeps no state between calls: the earlier attempts are counted again.
    for (let earlier = 0; earlier < attempt; earlier += 1) components.call({ id, component: path }, input);
    return answerWith(components.call({ id, component: path }, input));
  });
