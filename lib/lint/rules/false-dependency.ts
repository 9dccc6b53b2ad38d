import type { Expression } from '../../flow/expression.ts';
import { afterOf, expressionsOf, type Step } from '../../flow/flow.ts';
import { formatPath } from '../../protocol/describe.ts';
import { withoutInput, withStep } from '../changed-flow.ts';
import type { LintedFlow } from '../linted-flow.ts';
import { isStepRead, keySpanAt, readsOf, type StepRead, stepsIn } from '../references.ts';
import type { Finding, Rule } from '../rule.ts';
import type { Taking } from '../schemas.ts';

export const falseDependency: Rule = {
  code: 'false-dependency',
  severity: 'warning',
  finds: 'a reference that makes a step wait although its component does not take the value, or need not',
  guide: 'Avoid False Dependencies',
  why: 'Order comes from data alone: a step that reads nothing of another one runs beside it.',
  mends: true,
  find: (linted) =>
    linted.flow.steps.flatMap((step) => waitingReads(linted, step).map((read) => findingOf(linted, step, read))),
};

/** A read that alone makes its step wait. */
interface WaitingRead extends StepRead {
  readonly taking: Taking;
}

/** The reads that make a step wait longer than all its other input does, and that its component can do without. */
function waitingReads(linted: LintedFlow, step: Step): readonly WaitingRead[] {
  const reads = readsOf(step);
  const conditions = stepsIn(expressionsOf(step).filter((one) => one !== step.input));
  return reads.filter(isStepRead).flatMap((read) => {
    const taking = linted.takingOf(step, read.keys);
    // The item of a list is data: without it, the others would be at other places.
    if (taking === 'required' || read.isConditional || typeof (read.keys.at(-1) ?? 0) === 'number') return [];
    const others = reads.filter((other) => other !== read);
    const otherSteps = [
      ...others.filter(isStepRead).map(({ reference }) => reference.step),
      ...conditions,
      ...afterOf(step),
    ];
    const source = read.reference.step;
    // A blob is stored for those that read it.
    const store = linted.steps.get(source);
    if (taking !== 'not taken' && store && linted.isBuiltin(store, 'put_blob')) return [];
    if (otherSteps.some((id) => id === source || linted.isAncestor(source, id))) return [];
    // What a component may use is only worth a finding where it could begin with the rest earlier.
    const isRestEarlier = others.length > 0 && otherSteps.every((id) => linted.isAncestor(id, source));
    return taking === 'not taken' || isRestEarlier ? [{ ...read, taking }] : [];
  });
}

const REASON: { readonly [T in Taking]: string } = {
  'not taken': 'which its component does not take',
  optional: 'which its component can do without',
  unknown: 'and nothing says that its component needs it: all its other input is there earlier',
  required: '',
};

const HELP: { readonly [T in Taking]: (field: string) => string } = {
  'not taken': (field) => `Remove "${field}": then both run side by side.`,
  optional: (field) => `Leave "${field}" out, unless the component does better with it.`,
  unknown: (field) =>
    `Remove "${field}" if the component does not need it. If it does, say so: with a schema of the component, or with the step's inputSchema and "required: [${field}]".`,
  required: () => '',
};

function findingOf(linted: LintedFlow, step: Step, { reference, keys, taking }: WaitingRead): Finding {
  const field = formatPath(keys);
  const waits = `step "${step.id}" waits for "${reference.step}" only for "${field}" of its input`;
  return {
    span: reference.span,
    step: step.id,
    message: `${waits}, ${REASON[taking]}`.replace(/^s/, 'S'),
    help: HELP[taking](field),
    improve: (flow) => withStep(flow, step.id, (one) => withoutInput(one, keys)),
    ...(taking === 'not taken' &&
      !linted.knowledge.isInputAsked(`${linted.prefix}${step.id}`, step.component) &&
      runsWithout(linted, step, reference.step) && {
        // That others read it: not all of them may stop to do so at once. And that the input has more: a map in a block
        // is not left without entries.
        countsOn: [`${linted.prefix}${reference.step}`, `input of ${linted.prefix}${step.id}`],
        fix: () => {
          const key = keySpanAt(step, keys);
          const edit = key && linted.editor.removeEntry(key);
          return edit && [edit];
        },
      }),
  };
}

/**
 * Whether a step runs as before if a reader no longer reads it, and the reader too: the reader is not skipped along with
 * it, and without an output, what nobody reads would become a result.
 */
function runsWithout(linted: LintedFlow, reader: Step, source: string): boolean {
  const { flow } = linted;
  if (linted.perhapsSkipped.has(source)) return false;
  if (flow.evaluation === 'eager' && flow.output) return true;
  if (!flow.output) return linted.usersOf(source).some((step) => step !== reader);
  return isCertain(linted, reader, source);
}

/** Whether every run of a lazy flow wants a step, if one reads it no longer. */
function isCertain({ flow: { steps, output }, steps: byId }: LintedFlow, reader: Step, source: string): boolean {
  const wanted = new Set<string>();
  const open = [...certainReads(output), ...steps.filter((step) => step.mustExecute).map(({ id }) => id)];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === source) return true;
    const step = wanted.has(next) ? undefined : byId.get(next);
    wanted.add(next);
    if (step)
      open.push(...certainReads(step.input).filter((id) => step.id !== reader.id || id !== source), ...afterOf(step));
  }
  return false;
}

const certainReads = (input: Expression | undefined): readonly string[] =>
  input === undefined
    ? []
    : readsOf({ input }).flatMap(({ reference, isConditional }) =>
        reference.kind === 'step' && !isConditional ? [reference.step] : [],
      );
