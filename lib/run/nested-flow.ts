import { compile } from '../compiler/compile.ts';
import { execute } from '../engine/index.ts';
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

/** What a nested run needs of the step that runs it. */
export type NestedContext = Pick<Context, 'blobs' | 'objects' | 'signal' | 'step'> & { readonly call: CallComponent };

/** A flow that is only known while another one runs, compiled. */
export interface NestedFlow {
  /** Runs it in an execution of its own. A failure is a result; rejects when the step is aborted. */
  readonly run: (input: Json) => Promise<FlowResult>;
}

/**
 * Compiles a flow that is only known while another one runs, by the compiler and for the engine that all flows have.
 * Its components are called as functions, each by its own. Throws INVALID_INPUT for a flow with errors.
 */
export function nestedFlow(flow: Json, context: NestedContext): NestedFlow {
  const { stateMachine, nestedMachines, diagnostics, type, inputBudget } = compile(JSON.stringify(flow), {
    file: `flow of step "${context.step}"`,
    // It may be anybody's: what it declares as its secrets is none of this function's.
    hasSecret: () => false,
    // What stands in for a component is known to whoever is called; there is a function of each by itself.
    opaque: () => true,
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
      const execution = await execute(stateMachine, {
        input: await spillInput(input, inputBudget, context.blobs),
        resolver: componentResolver(
          async (component) => (invocation, host) => context.call(component, invocation, `${number} ${host?.id}`),
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
