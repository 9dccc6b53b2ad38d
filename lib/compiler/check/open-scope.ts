import type { Flow, Step } from '../../flow/flow.ts';
import { builtinOf, inputField } from '../analyse/builtins.ts';
import { innerFlowOf } from '../analyse/inner-flow.ts';
import { declaredVariables } from '../analyse/variables.ts';
import { accessAt } from './access.ts';
import { resultOfBuiltin } from './builtin-results.ts';
import type { Scope } from './scope.ts';
import { ANY, constantType, either, schemaType, type Type } from './type.ts';
import { typeOf } from './type-of.ts';

/** What a scope is opened with. `input`: the input's type where the flow has no inputSchema. */
type Given = Pick<Scope, 'schemasOf' | 'report'> & { readonly input?: Type };

/** Opens the scope of a flow; types are worked out when they are asked for, each once. */
export function openScope(flow: Flow, given: Given): Scope {
  const variables = variableTypes(flow);
  const steps = new Map(flow.steps.map((step) => [step.id, step]));
  const results = new Map<string, Type>();
  const inner = new Map<string, Scope | undefined>();
  const scope: Scope = {
    flow,
    steps,
    schemasOf: given.schemasOf,
    input: flow.inputSchema === undefined ? (given.input ?? ANY) : schemaType(flow.inputSchema),
    resultOf: (id) => remember(results, id, () => resultOf(steps.get(id), scope)),
    variable: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
    variableNames: Object.keys(variables),
    inner: (step) => remember(inner, step.id, () => openInner(step, scope)),
    report: given.report,
  };
  return scope;
}

function remember<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  if (!known.has(key)) known.set(key, make());
  // It was set on the line before; the type cannot say so where V itself may be undefined.
  return known.get(key) as V;
}

/** What a variable may be is what its schema says: the value in the flow may be replaced by another. */
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
  const own = step.outputSchema === undefined ? undefined : schemaType(step.outputSchema);
  const result = own ?? resultOfBuiltin(step, scope) ?? schemaType(scope.schemasOf(step.component)?.output);
  return step.onError.action === 'useDefault' ? either([result, typeOf(step.onError.value, scope)]) : result;
}

/** Faults in the inner flow's own text are the compiler's to report. */
function openInner(step: Step, scope: Scope): Scope | undefined {
  const flow = innerFlowOf(step, scope.flow, []);
  return flow && openScope(flow, { ...scope, input: innerInput(step, scope) });
}

/** What the inner flow of a step is given. */
function innerInput(step: Step, scope: Scope): Type {
  const name = builtinOf(step);
  const given = name === 'map' ? inputField(step, 'items') : name === 'eval' ? inputField(step, 'input') : undefined;
  if (!given) return name === 'eval' ? constantType(null) : ANY;
  const type = typeOf(given, scope);
  return name === 'map' ? accessAt(type, { segments: [0] }, { result: false }).type : type;
}
