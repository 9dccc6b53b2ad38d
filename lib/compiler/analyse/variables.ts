import { type Diagnostic, diagnose, type Span } from '../../diagnostics/diagnostics.ts';
import {
  allWithin,
  type CoalesceExpression,
  type Expression,
  forEachChild,
  mapChildren,
  type ReadPath,
  type Role,
  type VariableReference,
  WHOLE,
} from '../../flow/expression.ts';
import type { Flow, OnError, Step } from '../../flow/flow.ts';
import { formatPath } from '../../protocol/describe.ts';
import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import { alternativesOf, type Path, type Segment, valueAt } from '../../protocol/path.ts';
import { HIDDEN } from '../../runtime/secrets/scrub.ts';
import { secretPath } from '../../runtime/secrets/secrets.ts';
import { builtinOf } from './builtins.ts';
import { type Giving, within } from './given-variables.ts';

type Values = { readonly [name: string]: Json };

/** A reference to a secret variable. */
export interface SecretUse {
  readonly name: string;
  /** Whether the flow itself has a value for it: in `variables`, or as the schema's default. */
  readonly inFlow: boolean;
  /** Whether the reference has a default. */
  readonly optional: boolean;
}

/** How variables are bound. */
export interface Binding {
  /** Values by name. Those of secrets are ignored: functions get them from their host. */
  readonly values: Values;
  /** What the step that runs the flow gives to a variable, instead of the flow's own values. @default nothing */
  readonly given?: (name: string) => Giving | undefined;
  /** What the step that runs the flow may give to it as its input. @default not known */
  readonly inputs?: readonly Expression[];
  /** Whether a secret has a value where the flow runs. */
  readonly hasSecret: (secret: SecretUse) => boolean;
  /** Receives the errors. */
  readonly diagnostics: Diagnostic[];
}

/**
 * Where an expression is used. Only in a step's input can a secret have its value, because only that reaches a function. `passed`:
 * in such an input, where the state machine and not the function does operators. `operand`: of one that the state machine does.
 */
type Usage = 'input' | 'passed' | 'condition' | 'operand' | 'elsewhere';

/**
 * The flow with each variable replaced by its value: that of the binding, else the flow's own, else the schema's default, else
 * the reference's default. A variable without a value is not replaced: it is missing at run time. Nor is one that is given a
 * value which only a run knows. A secret becomes its marker in the input of a step, and is hidden everywhere else.
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
  const bound: OnError =
    onError.action === 'useDefault' ? { ...onError, value: bind.in(onError.value, 'elsewhere') } : onError;
  const input = bind.in(step.input, builtinOf(step) ? 'passed' : 'input');
  return { ...step, onError: bound, input, ...(skipIf && { skipIf: bind.in(skipIf, 'condition') }) };
}

/** The variables that a schema declares, with the schema of each. */
export function declaredVariables(schema: Json | undefined): { readonly [name: string]: JsonObject } {
  const properties = isObject(schema) ? schema.properties : undefined;
  if (!isObject(properties)) return {};
  return Object.fromEntries(Object.entries(properties).map(([name, own]) => [name, isObject(own) ? own : {}]));
}

/** The names of the variables that a schema requires. */
export function requiredVariables(schema: Json | undefined): readonly string[] {
  const required = isObject(schema) ? schema.required : undefined;
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
}

/** The variables that a flow declares as secret, and whether each one's text is JSON: if its type excludes strings. */
export const secretVariables = (flow: Flow): ReadonlyMap<string, { readonly json: boolean }> =>
  new Map(
    Object.entries(declaredVariables(flow.variablesSchema))
      .filter(([, { is_secret: secret }]) => secret === true)
      .map(([name, { type }]) => [name, { json: type !== undefined && ![type].flat().includes('string') }]),
  );

/** The flow's own values of its variables: its `variables`, else the defaults in its schema. */
export const ownValues = (flow: Flow): Values => ({ ...defaultsOf(flow.variablesSchema), ...flow.variables });

const defaultsOf = (schema: Json | undefined): Values =>
  Object.fromEntries(
    Object.entries(declaredVariables(schema)).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );

/**
 * The name of a secret that an expression, whose own variables are bound, has at a path, as far as it is written there; for an
 * operand, which is looked at as a whole, also inside of what is at the path.
 */
function secretAt(expression: Expression, path: Path, usage: Usage): string | undefined {
  const found = alternativesOf(path).flatMap((way) => valuesAt(expression, way));
  const looked = usage === 'operand' ? found.flatMap(allWithin) : found;
  const secret = looked.find((one) => one.kind === 'literal' && one.secret !== undefined);
  return secret?.kind === 'literal' && secret.secret !== undefined ? secretPath(secret.secret).name : undefined;
}

/** The expressions of which one gives what is at a path of the value of an expression, as far as they are written. */
function valuesAt(expression: Expression, way: readonly Segment[]): readonly Expression[] {
  const [first, ...rest] = way;
  switch (expression.kind) {
    case 'if':
      return [expression.consequent, expression.alternative].flatMap((arm) => valuesAt(arm, way));
    case 'coalesce':
      return expression.items.flatMap((item) => valuesAt(item, way));
    case 'map':
      if (first === undefined) return [expression];
      return expression.entries.flatMap(({ key, value }) => (key === first ? valuesAt(value, rest) : []));
    case 'list':
      if (first === undefined) return [expression];
      return expression.items.flatMap((item, at) => (at === first ? valuesAt(item, rest) : []));
    default:
      return first === undefined || expression.kind === 'literal' ? [expression] : [];
  }
}

const reachesFunction = (usage: Usage): boolean => usage === 'input' || usage === 'passed';

function usageOfChild({ kind }: Expression, role: Role, usage: Usage): Usage {
  if (role === 'condition') return 'condition';
  // An item is tested before it is taken, which the state machine does.
  if (role === 'item' && usage === 'input') return 'passed';
  return kind === 'operation' && (usage === 'passed' || usage === 'elsewhere') ? 'operand' : usage;
}

const readsStep = (expression: Expression): boolean => allWithin(expression).some(({ kind }) => kind === 'step');

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
  in(expression: Expression, usage: Usage): Expression {
    if (expression.kind === 'input')
      this.#reportSecret(this.#secretOfInput(expression.path.path, usage), usage, expression.span);
    if (expression.kind === 'coalesce') return this.#coalesce(expression, usage);
    if (expression.kind !== 'variable') return this.#children(expression, usage);
    const given = this.#binding.given?.(expression.name);
    if (given) return this.#given(expression, given, usage);
    return this.#secrets.has(expression.name) ? this.#secret(expression, usage) : this.#value(expression, usage);
  }

  #children(expression: Expression, usage: Usage): Expression {
    return mapChildren(expression, (child, role) => this.in(child, usageOfChild(expression, role, usage)));
  }

  /**
   * Only a function knows whether there is what is made of a secret. It does a `$coalesce` with such an item: of the items before,
   * it gets the one that the state machine takes. Steps behind would always run, so there it does not.
   */
  #coalesce(coalesce: CoalesceExpression, usage: Usage): Expression {
    const { items, span } = coalesce;
    const first = usage === 'input' ? items.findIndex((item) => this.#secretIn(item) !== undefined) : -1;
    const rest = first < 0 ? [] : items.slice(first);
    if (rest.length === 0 || rest.some(readsStep)) {
      const bound = this.#children(coalesce, usage);
      if (reachesFunction(usage)) forEachChild(bound, (item) => this.#reportParts(item));
      return bound;
    }
    const before = this.#children({ ...coalesce, items: items.slice(0, first) }, usage);
    const operands = [...(first > 0 ? [before] : []), ...rest.map((item) => this.in(item, usage))];
    return { kind: 'operation', operator: 'coalesce', operands, span };
  }

  /** A secret has a value where the flow runs, but may lack a part that the state machine takes for present. */
  #reportParts(item: Expression): void {
    if (item.kind === 'coalesce') return; // has reported its own
    if (item.kind === 'literal' && item.secret !== undefined) {
      const { name, rest } = secretPath(item.secret);
      if (rest.length > 0) this.#reportSecret(name, 'operand', item.span);
    }
    forEachChild(item, (one) => this.#reportParts(one));
  }

  /** The name of a secret that the value of an expression may be made of, whose variables are not bound. */
  #secretIn(expression: Expression): string | undefined {
    let found = this.#secretOf(expression);
    forEachChild(expression, (child, role) => {
      if (role !== 'condition') found ??= this.#secretIn(child);
    });
    return found;
  }

  #secretOf(one: Expression): string | undefined {
    if (one.kind === 'input') return this.#secretOfInput(one.path.path, 'operand');
    if (one.kind !== 'variable') return undefined;
    const given = this.#binding.given?.(one.name);
    if (given) return given.kind === 'perhaps' ? undefined : secretAt(given.value, one.path.path, 'operand');
    return this.#secrets.has(one.name) && this.#hasSecret(one) ? one.name : undefined;
  }

  #hasSecret({ name, fallback }: VariableReference): boolean {
    const use: SecretUse = { name, inFlow: Object.hasOwn(this.#own, name), optional: fallback !== undefined };
    return this.#binding.hasSecret(use);
  }

  #given(reference: VariableReference, given: Giving, usage: Usage): Expression {
    const { name, path, fallback, span } = reference;
    if (given.kind === 'constant') {
      const { value, secret } = given.value;
      if (secret !== undefined) return this.#givenSecret(reference, secret, usage);
      const found = valueAt(value, path.path);
      return found === undefined ? this.#fallback(reference, usage) : { kind: 'literal', value: found, span };
    }
    const read = (at: ReadPath, what: 'value' | 'presence', isThere = false): VariableReference => {
      return { kind: 'variable', name, path: isThere ? { ...at, guaranteed: true } : at, given: what, span };
    };
    const isWhole = path.path.segments.length === 0;
    if (given.kind === 'computed') this.#reportSecret(secretAt(given.value, path.path, usage), usage, span);
    if (given.kind === 'computed' && (isWhole || !fallback)) return read(path, 'value', isWhole);
    const isGiven = (at: ReadPath, consequent: Expression, alternative: Expression): Expression => {
      return { kind: 'if', condition: read(at, 'presence'), consequent, alternative, span };
    };
    const value = fallback
      ? isGiven(path, read(path, 'value', true), this.in(fallback, usage))
      : read(path, 'value', false);
    if (given.kind === 'computed' || !Object.hasOwn(this.#own, name)) return value;
    // Where nothing is given to the variable, its own value counts.
    return isGiven(WHOLE, value, this.#value(reference, usage));
  }

  #givenSecret({ name, path, span }: VariableReference, secret: string, usage: Usage): Expression {
    this.#reportSecret(name, usage, span);
    const hidden = { kind: 'literal', value: HIDDEN, span } as const;
    return reachesFunction(usage) ? within({ ...hidden, secret }, path.path.segments) : hidden;
  }

  #value(reference: VariableReference, usage: Usage): Expression {
    const { name, path, span } = reference;
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    const found = value === undefined ? undefined : valueAt(value, path.path);
    return found === undefined ? this.#fallback(reference, usage) : { kind: 'literal', value: found, span };
  }

  #secret(reference: VariableReference, usage: Usage): Expression {
    const { name, path, span } = reference;
    this.#reportSecret(name, usage, span);
    if (!this.#hasSecret(reference)) return this.#fallback(reference, usage);
    const shown = { kind: 'literal', value: HIDDEN, span } as const;
    return reachesFunction(usage) ? { ...shown, secret: formatPath([name, ...path.path.segments]) } : shown;
  }

  /** What the input of an inner flow has at a path may be a secret. */
  #secretOfInput(path: Path, usage: Usage): string | undefined {
    const names = (this.#binding.inputs ?? []).map((input) => secretAt(input, path, usage));
    return names.find((name) => name !== undefined);
  }

  #reportSecret(name: string | undefined, usage: Usage, span: Span): void {
    if (name === undefined || (usage !== 'condition' && usage !== 'operand')) return;
    const code = usage === 'condition' ? 'secret-condition' : 'secret-operand';
    this.#binding.diagnostics.push(diagnose(code, { name }, { file: this.#file, ...span }));
  }

  #fallback(reference: VariableReference, usage: Usage): Expression {
    return reference.fallback ? this.in(reference.fallback, usage) : reference;
  }
}
