import type { NestedMachine } from '../../compiler/emit/frame.ts';
import { loadStateMachine } from '../../engine/index.ts';
import type { MachineResolver } from '../../engine/types.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { placeholdersIn, readPlaceholder } from '../../protocol/placeholders.ts';

/** The name in the placeholder of a nested state machine's ARN. */
function machineNamed(arn: unknown): string | undefined {
  const { kind, name } = readPlaceholder(arn) ?? {};
  return kind === 'machine' ? name : undefined;
}

/** The names of the state machines that a definition, as JSON text, starts. */
export const machinesIn = (text: string): string[] => placeholdersIn(text).flatMap((one) => machineNamed(one) ?? []);

/** A nested state machine: the compiler's, or unchecked JSON of a user. */
export interface NamedDefinition {
  readonly name: string;
  readonly stateMachine: NestedMachine['stateMachine'] | JsonObject;
}

/** Resolves the nested state machines of a flow for the engine; each is loaded at its first start. */
export function machineResolver(machines: readonly NamedDefinition[]): MachineResolver {
  const definitions = new Map(machines.map(({ name, stateMachine }) => [name, stateMachine]));
  return (arn) => {
    const name = machineNamed(arn) ?? '';
    const definition = definitions.get(name);
    return definition && { machine: loadStateMachine(definition), name };
  };
}
