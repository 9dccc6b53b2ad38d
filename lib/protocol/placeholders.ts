import type { Plain } from './templated.ts';

/** Takes the place, in a compiled definition, of an ARN or URL that is only known at deployment. */
export interface Placeholder {
  readonly kind: 'component' | 'machine' | 'queue';
  /**
   * A component's path as the flow writes it, the name of a fused chain, or the name of a nested state machine; of a trigger, the
   * name of the flow that it starts, or of the queue for what could not start it.
   */
  readonly name: string;
}

/** The fields of a Task's Arguments that may contain a placeholder. */
export const PLACEHOLDER_FIELDS = ['FunctionName', 'StateMachineArn', 'QueueUrl'] as const;

/** The text of a placeholder, which is no expression. */
export const placeholder = (kind: Placeholder['kind'], name: string): Plain => `\${${kind}:${name}}` as Plain;

const KINDS: readonly string[] = ['component', 'machine', 'queue'] satisfies Placeholder['kind'][];

const isKind = (kind: string | undefined): kind is Placeholder['kind'] => kind !== undefined && KINDS.includes(kind);

const PLACEHOLDER = /^\$\{(\w+):(.+)\}$/s;

/** Parses a placeholder; undefined for anything else. */
export function readPlaceholder(text: unknown): Placeholder | undefined {
  const [, kind, name] = (typeof text === 'string' && PLACEHOLDER.exec(text)) || [];
  return name !== undefined && isKind(kind) ? { kind, name } : undefined;
}

const IN_JSON = new RegExp(`"(?:${PLACEHOLDER_FIELDS.join('|')})":\\s*"(\\$\\{(?:${KINDS.join('|')}):[^"]+\\})"`, 'g');

/** The texts of the placeholders in a definition's JSON, in order. Includes user values that look like a placeholder. */
export const placeholdersIn = (json: string): readonly string[] =>
  [...json.matchAll(IN_JSON)].map(([, text = '']) => text);
