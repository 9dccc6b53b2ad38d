import { type Diagnostic, diagnose, type Span } from '../../diagnostics/diagnostics.ts';
import type { Code, Params } from '../../diagnostics/messages.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import type { Json } from '../../protocol/json.ts';
import { callsBuiltin } from '../analyse/builtins.ts';
import type { Type } from './type.ts';

/** The JSON Schemas of a component's input and result. */
export interface ComponentSchemas {
  readonly input: Json;
  readonly output: Json;
}

/** The schemas of the component that a flow calls by `path`, which may be an alias; undefined where none are known. */
export type SchemasOf = (path: string) => ComponentSchemas | undefined;

/** The environment in which a flow is checked: the known types of its input, steps and variables, and the reporter. */
export interface Scope {
  readonly flow: Flow;
  readonly steps: ReadonlyMap<string, Step>;
  readonly schemasOf: SchemasOf;
  /** Whether the inputSchema and outputSchema of steps count, which no run checks. */
  readonly ownSchemas: boolean;
  /** Whether no further values of variables will be given; undefined where that is not known. */
  readonly variablesAreGiven: boolean | undefined;
  /** The type of the flow's input. */
  readonly input: Type;
  /** The type of a step's result. */
  readonly resultOf: (step: string) => Type;
  /** The types of what the step that runs the flow gives to its variables, by their names. */
  readonly given: { readonly [name: string]: Type };
  /** The type of a variable's whole value; undefined for an undeclared variable. */
  readonly variable: (name: string) => Type | undefined;
  readonly variableNames: readonly string[];
  /** The scope of the inner flow that a step runs; undefined where it runs none. */
  readonly inner: (step: Step) => Scope | undefined;
  /** Reports a diagnostic, with a severity other than its own where one is given. */
  readonly report: <C extends Code>(code: C, params: Params<C>, span: Span, severity?: Diagnostic['severity']) => void;
}

/** Collects diagnostics without duplicates: several steps may run one inner flow. */
export class DiagnosticSet {
  readonly #file: string;
  readonly #found = new Map<string, Diagnostic>();

  constructor(file: string) {
    this.#file = file;
  }

  readonly report: Scope['report'] = (code, params, span, severity) => {
    const told = diagnose(code, params, { file: this.#file, ...span });
    const found = severity ? { ...told, severity } : told;
    this.#found.set(JSON.stringify(found), found);
  };

  get diagnostics(): readonly Diagnostic[] {
    return [...this.#found.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  }
}

/** Whether a step calls the built-in component of that name, and not one of the project's own. */
export const isCallOf = (
  step: Pick<Step, 'component'>,
  name: string,
  { schemasOf }: Pick<Scope, 'schemasOf'>,
): boolean => callsBuiltin(step, name) && schemasOf(step.component) === schemasOf(`/builtin/${name}`);

/** Whether the flow goes on without a step whose component fails, also for an input that the component refuses. */
export const isCovered = ({ onError }: Step): boolean => onError.action === 'useDefault' || onError.action === 'skip';
