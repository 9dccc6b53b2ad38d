import type { Expression, StepReference } from '../../flow/expression.ts';
import type { Step } from '../../flow/flow.ts';
import { formatPath } from '../../protocol/describe.ts';
import { isObject } from '../../protocol/json.ts';
import { parsePath } from '../../protocol/path.ts';
import { withInput, withStep } from '../changed-flow.ts';
import type { LintedFlow } from '../linted-flow.ts';
import { isStepRead, isWhole, pathTo, readsOf, type StepRead } from '../references.ts';
import type { Finding, Rule } from '../rule.ts';
import { namedFields, schemaAt } from '../schemas.ts';
import type { TextEditor } from '../text-edits.ts';
import { quoted } from '../words.ts';

export const wholeObject: Rule = {
  code: 'whole-object',
  severity: 'info',
  finds: 'a whole object passed where the reader takes few of its fields',
  guide: 'Reference Specific Fields',
  why: 'A function returns only the paths that are read of its result: what is not read does not travel at all.',
  mends: true,
  find: (linted) =>
    linted.flow.steps.flatMap((step) =>
      readsOf(step)
        .filter(isStepRead)
        .flatMap((read) => findingOf(linted, step, read) ?? []),
    ),
};

function findingOf(linted: LintedFlow, step: Step, read: StepRead): Finding | undefined {
  const { reference, keys, isConditional } = read;
  const source = linted.steps.get(reference.step);
  if (!source || !isWhole(read) || isConditional || keys.length === 0 || isAnyTaken(linted, step)) return undefined;
  const given = namedFields(linted.schemasOf(source).output);
  const taken = namedFields(schemaAt(linted.schemasOf(step).input, keys));
  const field = formatPath(keys);
  if (!taken) return isUnknown(linted, step, source) ? unknown(step, read, field) : undefined;
  const names = taken.names.filter((name) => !given || given.names.includes(name));
  if (names.length === 0 || (given && names.length * 2 > given.names.length)) return undefined;
  const isCertain = names.every((name) => given?.required.includes(name)) && reference.onSkip === undefined;
  const { editor } = linted;
  const text = editor.map(names.map((name) => [name, written(reference.step, name, editor)]));
  return {
    span: reference.span,
    step: step.id,
    message: `All of the result of "${reference.step}" is passed as "${field}", of which ${step.component} takes only ${quoted(names)}`,
    help: `Pass these fields: ${field}: ${text}.`,
    ...(isCertain && {
      improve: (flow) => withStep(flow, step.id, (one) => withInput(one, keys, fieldsOf(reference, names))),
      ...(isChecked(linted, step, source) && { fix: () => [editor.replace(reference.span, text)] }),
    }),
  };
}

/** Whether a run holds both to their schemas, as it does components: what a step says of itself is only a claim. */
function isChecked({ knowledge }: LintedFlow, reader: Step, source: Step): boolean {
  const output = knowledge.schemasOf(source.component)?.output;
  // A value for a failure need not fit, and of null, each path is null.
  const isGiven = isObject(output) && output.type === 'object' && source.onError.action !== 'useDefault';
  const isOwn = reader.inputSchema === undefined && source.outputSchema === undefined;
  return isGiven && isOwn && knowledge.schemasOf(reader.component)?.input !== undefined;
}

/** The built-in components that take any value. */
const isAnyTaken = (linted: LintedFlow, step: Step): boolean =>
  linted.isBuiltin(step, 'put_blob', 'extract', 'extract_multiple', 'noop', 'eval', 'map', 'iterate', 'cache/store');

/** Whether nothing is known of what the one gives and the other takes. */
const isUnknown = (linted: LintedFlow, step: Step, source: Step): boolean =>
  linted.schemasOf(step).input === undefined && linted.schemasOf(source).output === undefined;

const unknown = (step: Step, { reference }: StepRead, field: string): Finding => ({
  span: reference.span,
  step: step.id,
  message: `All of the result of "${reference.step}" is passed as "${field}", and nothing says which of its fields ${step.component} needs`,
  help: `Pass the fields that it needs, as { $step: ${reference.step}, path: FIELD }. If it needs all, say so with a schema.`,
});

const written = (step: string, name: string, editor: TextEditor): string =>
  editor.map([
    ['$step', editor.word(step)],
    ['path', JSON.stringify(pathTo([name]))],
  ]);

function fieldsOf(reference: StepReference, names: readonly string[]): Expression {
  const { span } = reference;
  const entries = names.map((name) => {
    const text = pathTo([name]);
    const parsed = parsePath(text);
    const path = { text, path: 'error' in parsed ? { segments: [name] } : parsed, span };
    return { key: name, keySpan: span, value: { ...reference, path } };
  });
  return { kind: 'map', entries, span };
}
