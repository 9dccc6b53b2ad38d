import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import { diagnose, type Span } from '../../diagnostics/diagnostics.ts';
import type { Code, Params } from '../../diagnostics/messages.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import type { Json } from '../../protocol/json.ts';
import type { Type } from './type.ts';

/** JSON Schemas of a component's input and result. */
export interface ComponentSchemas {
  readonly input: Json;
  readonly output: Json;
}

/** The schemas of the component that a flow names by `path`, aliases included; undefined where none is known. */
export type SchemasOf = (path: string) => ComponentSchemas | undefined;

/** A flow while it is checked: what each thing in it is, as far as it is known, and where to report. */
export interface Scope {
  readonly flow: Flow;
  readonly steps: ReadonlyMap<string, Step>;
  readonly schemasOf: SchemasOf;
  /** The type of the flow's input. */
  readonly input: Type;
  /** The type of a step's result. */
  readonly resultOf: (step: string) => Type;
  /** The type of a variable's value, its path not yet followed; undefined where nothing declares it. */
  readonly variable: (name: string) => Type | undefined;
  readonly variableNames: readonly string[];
  /** The flow that a step runs inside, with a scope of its own. */
  readonly inner: (step: Step) => Scope | undefined;
  readonly report: <C extends Code>(code: C, params: Params<C>, span: Span) => void;
}

/** Collects each diagnostic once: an inner flow may be run by several steps. */
export class Findings {
  readonly #file: string;
  readonly #found = new Map<string, Diagnostic>();

  constructor(file: string) {
    this.#file = file;
  }

  readonly report: Scope['report'] = (code, params, span) => {
    const found = diagnose(code, params, { file: this.#file, ...span });
    this.#found.set(JSON.stringify(found), found);
  };

  get diagnostics(): readonly Diagnostic[] {
    return [...this.#found.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  }
}
