import type { TemplatedInvocation } from '../../../protocol/templated.ts';
import { bytesOf } from '../../../runtime/spill/spill.ts';
import { mayFail } from '../../analyse/operation-faults.ts';
import { isUseOf, type Use } from '../../analyse/uses.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import { mayMiss, skippedIn } from '../jsonata/answers.ts';
import type { ExpressionScope } from '../jsonata/expression-scope.ts';
import {
  choose,
  evaluated,
  FALSE,
  type Jsonata,
  jsonata,
  list,
  object,
  quote,
  TRUE,
  verbatim,
} from '../jsonata/jsonata.ts';
import { missingMessage, missingText, readerOf } from '../jsonata/missing-text.ts';
import { neighbours } from '../neighbours.ts';

/** The reader that messages name. */
const READER = 'the output';

/** What the function of a flow's last step checks for the output, as in its `Invocation`; undefined where nothing may be missing. */
export function outputReads(
  emitter: FlowEmitter,
  { step, checks = [] }: PlannedStep,
  context: EmitContext,
): TemplatedInvocation['output'] {
  const scope = emitter.scope(context.scopePath);
  const isOwnUse = (use: Use): boolean => isUseOf(use, step.id);
  const groups = neighbours(
    checks.filter((use) => mayMiss(use, scope.inputSchema)),
    (one, other) => isOwnUse(one) === isOwnUse(other),
  );
  if (groups.length === 0) return undefined;
  // Nothing is checked where the flow is skipped; the step's wrapper knows of the step's own skip.
  const skipped = skippedIn(
    emitter.frame.plan.output.filter((use) => !isUseOf(use, step.id)),
    scope,
  );
  const isOwn = groups.every(([use]) => isOwnUse(use));
  if (skipped === FALSE && isOwn) return verbatim(groups.flat().map(ownRead));
  const reads = groups.flatMap((group) => readsOf(group, step.id, scope));
  return evaluated(choose(skipped, jsonata`[]`, list(reads)));
}

/** Only the function has the step's own result. What is missing elsewhere is in its payload. */
function readsOf(group: readonly Use[], id: string, scope: ExpressionScope): readonly Jsonata[] {
  const [first] = group;
  if (!first || !isUseOf(first, id)) return [object([['message', missingText(group, READER, scope)]])];
  return group
    .map(ownRead)
    .map(({ path, message, reader, lenient }) =>
      object([
        ...Object.entries({ path, message, ...(reader && { reader }) }).map(
          ([key, text]) => [key, quote(text)] as const,
        ),
        ...(lenient ? [['lenient', TRUE] as const] : []),
      ]),
    );
}

function ownRead(use: Use): { path: string; message: string; reader?: string; lenient?: true } {
  const { path } = use.reference;
  return {
    path: path.text,
    message: missingMessage(use, READER),
    ...(path.path.operation && mayFail(path.path.operation) && { reader: readerOf(use, READER) }),
    ...(use.lenient && { lenient: true }),
  };
}

/** The most bytes that the checks take in a payload. */
export const bytesOfReads = (checks: readonly Use[]): number =>
  checks.reduce((sum, use) => sum + bytesOf({ ...ownRead(use) }) + 1, 2);
