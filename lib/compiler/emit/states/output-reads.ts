import type { TemplatedInvocation } from '../../../protocol/templated.ts';
import { bytesOf } from '../../../runtime/spill/spill.ts';
import { isUseOf, type Use } from '../../analyse/uses.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { EmitContext, FlowEmitter } from '../emit-flow.ts';
import { type ExpressionScope, mayMiss, missingMessage, missingText, skippedIn } from '../jsonata/expressions.ts';
import { choose, evaluated, FALSE, type Jsonata, object, quote, verbatim } from '../jsonata/jsonata.ts';

/** Who is said to read what is missing. */
const READER = 'the output';

/** What the function of a flow's last step looks for, as `output` of its `Invocation`; undefined where nothing may be missing. */
export function outputReads(
  emitter: FlowEmitter,
  { step, checks = [] }: PlannedStep,
  context: EmitContext,
): TemplatedInvocation['output'] {
  const scope = emitter.scope(context.scopePath);
  const runs = inRuns(
    checks.filter((use) => mayMiss(use, scope.inputSchema)),
    (use) => isUseOf(use, step.id),
  );
  if (runs.length === 0) return undefined;
  // Where the flow is skipped nothing is looked for; of the step's own skip its wrapper knows.
  const skipped = skippedIn(
    emitter.frame.plan.output.filter((use) => !isUseOf(use, step.id)),
    scope,
  );
  const isOwn = runs.every(([use]) => use !== undefined && isUseOf(use, step.id));
  if (skipped === FALSE && isOwn) return verbatim(runs.flat().map(ownRead));
  const reads = runs.flatMap((run) => readsOf(run, step.id, scope));
  return evaluated(choose(skipped, '[]', `[${reads.join(', ')}]`));
}

/** What is read of the step's own result is only known to its function; of all else it is told what is missing. */
function readsOf(run: readonly Use[], id: string, scope: ExpressionScope): readonly Jsonata[] {
  const [first] = run;
  if (!first || !isUseOf(first, id)) return [object([['message', missingText(run, READER, scope)]])];
  return run.map(ownRead).map(({ path, message }) =>
    object([
      ['path', quote(path)],
      ['message', quote(message)],
    ]),
  );
}

const ownRead = (use: Use): { path: string; message: string } => ({
  path: 'path' in use.reference ? use.reference.path.text : '',
  message: missingMessage(use, READER),
});

/** The most bytes that they take in a payload. */
export const bytesOfReads = (checks: readonly Use[]): number =>
  checks.reduce((sum, use) => sum + bytesOf({ ...ownRead(use) }) + 1, 2);

/** Neighbours that are alike, together. */
function inRuns<T>(items: readonly T[], kind: (item: T) => boolean): readonly (readonly T[])[] {
  const runs: T[][] = [];
  for (const item of items) {
    const [last] = runs.at(-1) ?? [];
    if (last !== undefined && kind(last) === kind(item)) runs.at(-1)?.push(item);
    else runs.push([item]);
  }
  return runs;
}
