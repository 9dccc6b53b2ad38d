import type { Giving } from '../compiler/analyse/given-variables.ts';
import { bindVariables } from '../compiler/analyse/variables.ts';
import { type Compiled, type CompileOptions, compileRead } from '../compiler/pipeline.ts';
import { execute } from '../engine/index.ts';
import { literal } from '../flow/expression.ts';
import { type ReadFlow, readFlowData } from '../flow/read/read-flow-tree.ts';
import type { CallComponent } from '../protocol/call-component.ts';
import { FlowError } from '../protocol/errors.ts';
import type { Json } from '../protocol/json.ts';
import type { Context } from '../runtime/component.ts';
import { hydrate } from '../runtime/spill/hydrate.ts';
import { spillInput } from '../runtime/spill/spill-input.ts';
import { storeObjects } from './objects/store-objects.ts';
import type { FlowResult } from './report/events.ts';
import { resultOf } from './report/outcome.ts';
import { componentResolver } from './tasks/component-resolver.ts';
import { machineResolver } from './tasks/nested-machines.ts';

/** The part of a step's context that a nested run needs. */
export type NestedContext = Pick<Context, 'blobs' | 'execution' | 'idempotencyKey' | 'objects' | 'signal' | 'step'> & {
  readonly call: CallComponent;
};

/** A compiled flow that is only known at run time of another flow. */
export interface NestedFlow {
  /** Runs it in an execution of its own. A failure is returned as a result; rejects if the step is aborted. */
  readonly run: (input: Json) => Promise<FlowResult>;
}

/** What compiles a flow with what is given to its variables, which errors refuse that do not fit their schema. */
async function compileNested(
  read: ReadFlow,
  given: { readonly [name: string]: Json },
  options: CompileOptions,
): Promise<Compiled> {
  const { flow } = read;
  const isPlain = !flow || (hasNone(given) && hasNone(flow.variables) && flow.variablesSchema === undefined);
  if (isPlain) return compileRead(read, options, []);
  const { checkGivenValues } = await import('../compiler/check/variable-values.ts');
  const diagnostics = [...read.diagnostics, ...checkGivenValues(flow, given)];
  const giving = (name: string): Giving | undefined =>
    Object.hasOwn(given, name) ? { kind: 'constant', value: literal(given[name] ?? null, NOWHERE) } : undefined;
  const bound = bindVariables(flow, { values: {}, given: giving, hasSecret: () => false, diagnostics });
  return compileRead({ ...read, flow: bound, diagnostics }, options, []);
}

const hasNone = (values: object): boolean => Object.keys(values).length === 0;

const NOWHERE = { line: 1, column: 1, endLine: 1, endColumn: 1 };

/**
 * Compiles a flow that is only known at run time, for the local engine inside a function. Each component is called as a
 * function of its own. Throws INVALID_INPUT if the flow has errors, or refuses what is given to its variables.
 */
export async function nestedFlow(
  flow: Json,
  context: NestedContext,
  variables: { readonly [name: string]: Json } = {},
): Promise<NestedFlow> {
  const read = readFlowData(flow, `flow of step "${context.step}"`);
  const { stateMachine, nestedMachines, diagnostics, type, inputBudget } = await compileNested(read, variables, {
    // The flow may come from an untrusted source, so it gets none of this function's secrets.
    hasSecret: () => false,
    // Each component is called as a separate function, because the host may mock it.
    opaque: () => true,
    inFunction: true,
    without: ['fuse-chains'],
  });
  if (!stateMachine || !inputBudget) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message);
    throw new FlowError('INVALID_INPUT', `the flow to run has errors: ${errors.join('; ')}`);
  }
  let runs = 0;
  return {
    run: async (input) => {
      const number = runs++;
      // Its own execution has another id in each attempt of the step that runs it.
      const within = JSON.stringify([context.idempotencyKey, number]);
      const execution = await execute(stateMachine, {
        input: await spillInput(input, inputBudget, context.blobs),
        resolver: componentResolver(
          async (component) => (invocation, host) =>
            context.call(component, { ...invocation, execution: context.execution, within }, `${number} ${host?.id}`),
          {},
        ),
        type,
        nestedMachines: machineResolver(nestedMachines),
        objects: storeObjects(context.objects),
        signal: context.signal,
      });
      context.signal.throwIfAborted();
      const result = resultOf(execution, undefined);
      if (result.outcome !== 'success') return result;
      return { ...result, result: await hydrate(result.result, context.blobs) };
    },
  };
}
