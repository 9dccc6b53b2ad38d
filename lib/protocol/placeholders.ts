import type { Plain } from './templated.ts';

/** Takes the place, in a compiled definition, of an ARN that is only known at deployment. */
export interface Placeholder {
  readonly kind: 'component' | 'machine';
  /** A component's path as the flow writes it, the name of a fused chain, or the name of a nested state machine. */
  readonly name: string;
}

/** The fields of a Task's Arguments that may contain a placeholder. */
export const PLACEHOLDER_FIELDS = ['FunctionName', 'StateMachineArn'] as const;

/** The text of a placeholder, which is no expression. */
export const placeholder = (kind: Placeholder['kind'], name: string): Plain => `\${${kind}:${name}}` as Plain;

const PLACEHOLDER = /^\$\{(component|machine):(.+)\}$/s;

/** Parses a placeholder; undefined for anything else. */
export function readPlaceholder(text: unknown): Placeholder | undefined {
  const [, kind, name] = (typeof text === 'string' && PLACEHOLDER.exec(text)) || [];
  return name !== undefined && (kind === 'component' || kind === 'machine') ? { kind, name } : undefined;
}

const IN_JSON = new RegExp(`"(?:${PLACEHOLDER_FIELDS.join('|')})":\\s*"(\\$\\{(?:component|machine):[^"]+\\})"`, 'g');

/** The texts of the placeholders in a definition's JSON, in order. Includes user values that look like a placeholder. */
export const placeholdersIn = (json: string): readonly string[] =>
  [...json.matchAll(IN_JSON)].map(([, text = '']) => text);
