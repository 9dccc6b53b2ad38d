import type { NestedMachine } from '../../compiler/emit/frame.ts';
import { loadStateMachine } from '../../engine/index.ts';
import type { MachineResolver } from '../../engine/types.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { placeholdersIn, readPlaceholder } from '../../protocol/placeholders.ts';

/** The name of the state machine that a Task's StateMachineArn stands for, before it has an ARN. */
function machineNamed(arn: unknown): string | undefined {
  const { kind, name } = readPlaceholder(arn) ?? {};
  return kind === 'machine' ? name : undefined;
}

/** The names of the state machines that a definition starts, by its text. */
export const machinesIn = (text: string): string[] => placeholdersIn(text).flatMap((one) => machineNamed(one) ?? []);

/** A nested state machine: one that the compiler wrote, or any JSON that is to be one. */
export interface NamedDefinition {
  readonly name: string;
  readonly stateMachine: NestedMachine['stateMachine'] | JsonObject;
}

/** Finds the nested state machines of a flow for the engine; each is loaded when it is first started. */
export function machineResolver(machines: readonly NamedDefinition[]): MachineResolver {
  const known = new Map(machines.map(({ name, stateMachine }) => [name, stateMachine]));
  return (arn) => {
    const name = machineNamed(arn) ?? '';
    const definition = known.get(name);
    return definition && { machine: loadStateMachine(definition), name };
  };
}
