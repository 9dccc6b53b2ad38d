import { z } from 'zod';
import { component, FlowError, SkipStep } from '../../lib/runtime/index.ts';
import { Components, type Mocks } from '../oracle/mocked.ts';

/** The mocks of several flows, by the flow's name. */
export type MockBook = { readonly [flow: string]: Mocks };

/** An execution of a flow is called by the flow's name and a number: so a function knows whose mocks to follow. */
export const executionName = (flow: string, number: number): string => `${flow}-${number}`;

const flowOf = (execution: string): string => execution.replace(/^.*:/, '').replace(/-\d+$/, '');

/** The component at `path`, which in each flow does what the flow's mocks say of it. */
export const mockComponent = (path: string, book: MockBook) =>
  component({ description: 'Does as its mocks say', input: z.json(), output: z.json() }, (input, context) => {
    const { step: id, execution, attempt } = context;
    const components = new Components(book[flowOf(execution)] ?? {});
    // A function remembers nothing: what the attempts before this one used up of the mocks is used up once more.
    for (let earlier = 0; earlier < attempt; earlier += 1) components.call({ id, component: path }, input);
    const answer = components.call({ id, component: path }, input);
    if (answer.kind === 'result') return answer.value;
    if (answer.kind === 'skip') throw new SkipStep('its mock says so');
    throw new FlowError(answer.code, answer.message);
  });
