/** What stands in a compiled definition for an ARN that is only known once it is deployed. */
export interface Placeholder {
  readonly kind: 'component' | 'machine';
  /** The path of a component as the flow writes it, of a chain those of all; or the name of a nested state machine. */
  readonly name: string;
}

/** The fields of a Task's Arguments that have placeholders. */
export const PLACEHOLDER_FIELDS = ['FunctionName', 'StateMachineArn'] as const;

/** The text of a placeholder. */
export const placeholder = (kind: Placeholder['kind'], name: string): string => `\${${kind}:${name}}`;

const PLACEHOLDER = /^\$\{(component|machine):(.+)\}$/s;

/** Reads a placeholder; undefined for anything else. */
export function readPlaceholder(text: unknown): Placeholder | undefined {
  const [, kind, name] = (typeof text === 'string' && PLACEHOLDER.exec(text)) || [];
  return name !== undefined && (kind === 'component' || kind === 'machine') ? { kind, name } : undefined;
}

const IN_JSON = new RegExp(`"(?:${PLACEHOLDER_FIELDS.join('|')})":\\s*"(\\$\\{(?:component|machine):[^"]+\\})"`, 'g');

/** The texts of the placeholders in a definition's JSON, in order. A value of the flow's own that looks like one is among them. */
export const placeholdersIn = (json: string): readonly string[] =>
  [...json.matchAll(IN_JSON)].map(([, text = '']) => text);
