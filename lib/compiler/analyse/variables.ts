import { type Diagnostic, diagnose } from '../../diagnostics/diagnostics.ts';
import { type Expression, mapChildren, type VariableReference } from '../../flow/expression.ts';
import type { Flow, OnError, Step } from '../../flow/flow.ts';
import { formatPath } from '../../protocol/describe.ts';
import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import { valueAt } from '../../protocol/path.ts';
import { HIDDEN } from '../../runtime/secrets/scrub.ts';

type Values = { readonly [name: string]: Json };

/** A reference to a secret variable, for whoever knows where the flow will run. */
export interface SecretUse {
  readonly name: string;
  /** Whether the flow itself has a value for it: in `variables`, or as the schema's default. */
  readonly inFlow: boolean;
  /** Whether a default stands beside the reference. */
  readonly optional: boolean;
}

/** What variables are bound with. */
export interface Binding {
  /** Values by name. Those of secrets are not looked at: a function has them from its host. */
  readonly values: Values;
  /** Whether a secret has a value where the flow runs. */
  readonly hasSecret: (secret: SecretUse) => boolean;
  /** Takes what is wrong. */
  readonly diagnostics: Diagnostic[];
}

/** Where an expression stands. Only a step's input reaches a function, and so the values of secrets. */
type Place = 'input' | 'condition' | 'elsewhere';

/**
 * The flow with each variable replaced by its value: the one given, else the flow's own, else the schema's default,
 * else the default beside the reference. A variable without any stays as it is: it is missing when the flow runs.
 * A secret becomes its marker in the input of a step, and is hidden everywhere else.
 */
export function bindVariables(flow: Flow, binding: Binding): Flow {
  const bind = new Binder(flow, binding);
  return {
    ...flow,
    steps: flow.steps.map((step) => bindStep(step, bind)),
    ...(flow.output && { output: bind.in(flow.output, 'elsewhere') }),
  };
}

function bindStep(step: Step, bind: Binder): Step {
  const { onError, skipIf } = step;
  const instead: OnError =
    onError.action === 'useDefault' ? { ...onError, value: bind.in(onError.value, 'elsewhere') } : onError;
  const input = bind.in(step.input, 'input');
  return { ...step, onError: instead, input, ...(skipIf && { skipIf: bind.in(skipIf, 'condition') }) };
}

/** The variables that a schema declares, with the schema of each. */
export function declaredVariables(schema: Json | undefined): { readonly [name: string]: JsonObject } {
  const properties = isObject(schema) ? schema.properties : undefined;
  if (!isObject(properties)) return {};
  return Object.fromEntries(Object.entries(properties).map(([name, own]) => [name, isObject(own) ? own : {}]));
}

/** The variables that a flow declares as secret, each with whether its text is JSON: where it cannot be a string. */
export const secretVariables = (flow: Flow): ReadonlyMap<string, { readonly json: boolean }> =>
  new Map(
    Object.entries(declaredVariables(flow.variablesSchema))
      .filter(([, { is_secret: secret }]) => secret === true)
      .map(([name, { type }]) => [name, { json: type !== undefined && ![type].flat().includes('string') }]),
  );

/** The values that the flow itself gives to its variables. */
export const ownValues = (flow: Flow): Values => ({ ...defaultsOf(flow.variablesSchema), ...flow.variables });

const defaultsOf = (schema: Json | undefined): Values =>
  Object.fromEntries(
    Object.entries(declaredVariables(schema)).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );

class Binder {
  readonly #file: string;
  readonly #own: Values;
  readonly #values: Values;
  readonly #secrets: ReadonlyMap<string, unknown>;
  readonly #binding: Binding;

  constructor(flow: Flow, binding: Binding) {
    this.#file = flow.file;
    this.#own = ownValues(flow);
    this.#values = { ...this.#own, ...binding.values };
    this.#secrets = secretVariables(flow);
    this.#binding = binding;
  }

  /** An expression with its variables replaced. */
  in(expression: Expression, place: Place): Expression {
    if (expression.kind !== 'variable') {
      return mapChildren(expression, (child, role) => this.in(child, role === 'condition' ? 'condition' : place));
    }
    return this.#secrets.has(expression.name) ? this.#secret(expression, place) : this.#value(expression, place);
  }

  #value(reference: VariableReference, place: Place): Expression {
    const { name, path, span } = reference;
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    const found = value === undefined ? undefined : valueAt(value, path.path);
    return found === undefined ? this.#fallback(reference, place) : { kind: 'literal', value: found, span };
  }

  #secret(reference: VariableReference, place: Place): Expression {
    const { name, path, fallback, span } = reference;
    const { diagnostics, hasSecret } = this.#binding;
    if (place === 'condition') diagnostics.push(diagnose('secret-condition', { name }, { file: this.#file, ...span }));
    const use: SecretUse = { name, inFlow: Object.hasOwn(this.#own, name), optional: fallback !== undefined };
    if (!hasSecret(use)) return this.#fallback(reference, place);
    const shown = { kind: 'literal', value: HIDDEN, span } as const;
    return place === 'input' ? { ...shown, secret: formatPath([name, ...path.path.segments]) } : shown;
  }

  #fallback(reference: VariableReference, place: Place): Expression {
    return reference.fallback ? this.in(reference.fallback, place) : reference;
  }
}
