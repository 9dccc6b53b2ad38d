import { MESSAGES } from '../../diagnostics/messages.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import { builtinOf, inputField } from '../analyse/builtins.ts';
import { givenNames, VARIABLES_FIELD } from '../analyse/given-variables.ts';
import { innerFlowOf } from '../analyse/inner-flow.ts';
import { declaredVariables, requiredVariables } from '../analyse/variables.ts';
import { accessAt } from './access.ts';
import { resultOfBuiltin } from './builtin-results.ts';
import { isCovered, type Scope } from './scope.ts';
import { ANY, constantType, schemaType, type Type, unionType } from './type.ts';
import { typeOf } from './type-of.ts';
import { variantsOf } from './variants.ts';
import { referencesIn } from './walk.ts';

/** What a scope inherits. `input`: the type of the input of a flow without inputSchema. */
type ScopeContext = Pick<Scope, 'schemasOf' | 'ownSchemas' | 'variablesAreGiven' | 'report'> &
  Partial<Pick<Scope, 'input' | 'given'>>;

/** Opens the scope of a flow. Types are inferred on demand, each once. */
export function openScope(flow: Flow, context: ScopeContext): Scope {
  const { given = {} } = context;
  const variables = { ...variableTypes(flow), ...given };
  const steps = new Map(flow.steps.map((step) => [step.id, step]));
  const results = new Map<string, Type>();
  const inner = new Map<string, Scope | undefined>();
  const scope: Scope = {
    flow,
    steps,
    schemasOf: context.schemasOf,
    ownSchemas: context.ownSchemas,
    variablesAreGiven: context.variablesAreGiven,
    input: flow.inputSchema === undefined ? (context.input ?? ANY) : schemaType(flow.inputSchema),
    resultOf: (id) => memoize(results, id, () => resultOf(steps.get(id), scope)),
    given,
    variable: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
    variableNames: Object.keys(variables),
    inner: (step) => memoize(inner, step.id, () => openInner(step, scope)),
    report: context.report,
  };
  return scope;
}

function memoize<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  if (!known.has(key)) known.set(key, make());
  // Set on the line before; the type cannot express that, as V itself may be undefined.
  return known.get(key) as V;
}

/** The type of a variable comes from its schema: a run may replace the value in the flow. */
function variableTypes({ variables, variablesSchema }: Flow): { readonly [name: string]: Type } {
  const own = Object.fromEntries(Object.keys(variables).map((name) => [name, ANY]));
  const typed = Object.entries(declaredVariables(variablesSchema)).map(([name, schema]): [string, Type] => [
    name,
    { kind: 'schema', schema, root: variablesSchema ?? true },
  ]);
  return { ...own, ...Object.fromEntries(typed) };
}

function resultOf(step: Step | undefined, scope: Scope): Type {
  if (!step) return ANY;
  const own = scope.ownSchemas && step.outputSchema !== undefined ? schemaType(step.outputSchema) : undefined;
  const result = own ?? resultOfBuiltin(step, scope) ?? schemaType(scope.schemasOf(step.component)?.output);
  return step.onError.action === 'useDefault' ? unionType([result, typeOf(step.onError.value, scope)]) : result;
}

/** Errors in the text of the inner flow are reported by the compiler, not here. */
function openInner(step: Step, scope: Scope): Scope | undefined {
  const flow = innerFlowOf(step, scope.flow, []);
  if (!flow) return undefined;
  const report: Scope['report'] = (code, params, span, severity) =>
    scope.report(code, params, span, severity ?? (MESSAGES[code].severity === 'error' ? 'warning' : undefined));
  const given = givenTypes(step, flow, scope);
  return openScope(flow, { ...scope, input: innerInput(step, scope), given, ...(isCovered(step) && { report }) });
}

/** The type of the input that a step passes to its inner flow. */
function innerInput(step: Step, scope: Scope): Type {
  const name = builtinOf(step);
  const input = name === 'map' ? inputField(step, 'items') : name === 'eval' ? inputField(step, 'input') : undefined;
  if (!input) return name === 'eval' ? constantType(null) : ANY;
  const type = typeOf(input, scope);
  return name === 'map' ? itemType(type) : type;
}

/** The types of what a step gives to the variables of its inner flow: those that it names, or else those that the flow reads or requires. */
function givenTypes(step: Step, inner: Flow, scope: Scope): Scope['given'] {
  const field = inputField(step, VARIABLES_FIELD);
  if (!field) return {};
  const whole = typeOf(field, scope);
  const names = givenNames(step) ?? [...variableNamesIn(inner), ...requiredVariables(inner.variablesSchema)];
  return Object.fromEntries(names.map((name) => [name, accessAt(whole, { segments: [name] }, { result: false }).type]));
}

/** The names of the variables that a run gives values to. */
const variableNamesIn = (flow: Flow): readonly string[] =>
  referencesIn(flow).flatMap(({ reference }) =>
    reference.kind === 'variable' && reference.given ? [reference.name] : [],
  );

/** The type of every item of a list. */
function itemType(list: Type): Type {
  const types = variantsOf(list).flatMap(({ items }) => items?.types ?? []);
  return types.length > 0 ? unionType(types) : ANY;
}
