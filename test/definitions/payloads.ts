import { sizeOfMachine } from '../../lib/asl/sizes.ts';
import { isDistributed, namedStatesIn, ownFields, type Problem, type Rule } from './problem.ts';

/** Source: "Service quotas", AWS Step Functions developer guide. */
const PAYLOAD = 262_144;
const DEFINITION = 1_048_576;
const EVENTS = 25_000;

/** What is written out in a state fits a payload; the definition and the history of its executions are within their quotas. */
export const payloads: Rule = ({ machine, type }) => {
  const { bytes, events } = sizeOfMachine(machine);
  return [
    ...(bytes > DEFINITION ? [`the definition has ${bytes} bytes`] : []),
    ...(events > EVENTS && type === 'STANDARD' ? [`an execution may have ${events} events`] : []),
    ...namedStatesIn(machine).flatMap(([name, state]) => {
      const { Catch: caught, Choices: rules, ...own } = ownFields(state);
      const parts = [own, ...[caught ?? [], rules ?? []].flat()].map(Object);
      const kinds = ['Arguments', 'Output', 'Assign', 'Items', 'ItemSelector'];
      return kinds.flatMap((kind) => parts.flatMap((part) => tooLarge(`"${name}".${kind}`, part[kind])));
    }),
    ...(type === 'EXPRESS' ? namedStatesIn(machine).flatMap(([name, state]) => onlyStandard(name, state)) : []),
  ];
};

function tooLarge(place: string, template: unknown): readonly Problem[] {
  const bytes = template === undefined ? 0 : Buffer.byteLength(JSON.stringify(template, withoutExpressions));
  return bytes > PAYLOAD ? [`${place} has ${bytes} bytes that are written out`] : [];
}

const withoutExpressions = (_: string, value: unknown): unknown =>
  typeof value === 'string' && /^\{%[\s\S]*%\}$/.test(value) ? 0 : value;

/** Source: "Choosing workflow type", AWS Step Functions developer guide. */
function onlyStandard(name: string, state: Parameters<typeof isDistributed>[0]): readonly Problem[] {
  const waits = state.Type === 'Task' && /\.(sync|waitForTaskToken)/.test(state.Resource);
  return waits || isDistributed(state) ? [`"${name}" is not for an Express state machine`] : [];
}
