import { inputField } from '../../compiler/analyse/builtins.ts';
import { groupBy } from '../../compiler/passes/group-by.ts';
import type { InputReference, StepReference } from '../../flow/expression.ts';
import { afterOf, type Flow, type Step } from '../../flow/flow.ts';
import type { Edit } from '../../flow/text/edits.ts';
import { isObject } from '../../protocol/json.ts';
import { parsePath, pathText, type Segment } from '../../protocol/path.ts';
import { withExpressions, withoutSteps } from '../changed-flow.ts';
import type { LintedFlow } from '../linted-flow.ts';
import { pathTo } from '../references.ts';
import type { Finding, Rule } from '../rule.ts';
import { schemaAt } from '../schemas.ts';
import type { TextEditor } from '../text-edits.ts';
import { quoted } from '../words.ts';

export const overGranular: Rule = {
  code: 'over-granular',
  severity: 'warning',
  finds: 'several extracts of one source, or an extract that a path would do',
  guide: 'Over-Granular Steps',
  why: 'The compiler reads such an extract in place, without a function; a path says the same in fewer lines.',
  mends: true,
  find: (linted) => {
    const extracts = linted.flow.steps.flatMap((step) => extractedBy(linted, step) ?? []);
    const bySource = groupBy(extracts, sourceOf, ({ step }) => step.id);
    return extracts.map((one) => findingOf(linted, one, bySource.get(sourceOf(one)) ?? []));
  },
};

/** Whether a step does nothing that a path could not say: with a condition, an order, or a value for what is missing, it does more. */
const isPlain = ({ skipIf, mustExecute, after, onError, timeout }: Step): boolean =>
  !skipIf && !after && !mustExecute && onError.action === 'fail' && timeout === undefined;

type Source = StepReference | InputReference;

/** A step that only reads a path of a value. */
interface Extract {
  readonly step: Step;
  readonly source: Source;
  /** The path into the source. */
  readonly path: string;
}

function extractedBy(linted: LintedFlow, step: Step): Extract | undefined {
  if (!linted.isBuiltin(step, 'extract') || !isPlain(step)) return undefined;
  const source = inputField(step, 'data');
  const path = inputField(step, 'path');
  if ((source?.kind !== 'step' && source?.kind !== 'input') || path?.kind !== 'literal') return undefined;
  // What is no path fails, here and in its place.
  return typeof path.value === 'string' && !('error' in parsePath(path.value))
    ? { step, source, path: path.value }
    : undefined;
}

const sourceOf = ({ source }: Extract): string => (source.kind === 'input' ? 'input' : `step ${source.step}`);

/** `alike`: the steps that extract something of the same source. */
function findingOf(linted: LintedFlow, { step, source, path }: Extract, alike: readonly string[]): Finding {
  const others = alike.filter((id) => id !== step.id);
  const from = source.kind === 'step' ? `"${source.step}"` : "the flow's input";
  const along = others.length > 0 ? `, as ${others.length === 1 ? 'does' : 'do'} ${quoted(others)}` : '';
  const mended = inlined(linted, { step, source, path });
  return {
    span: step.idSpan,
    step: step.id,
    message: `Step "${step.id}" only reads "${path}" of ${from}${along}`,
    help: `Read it where it is needed, as ${written({ ...source, path: { text: joined(source, path, []) ?? path, path: { segments: [] } } }, linted.editor)}, and remove the step.`,
    ...(mended && { improve: mended.improve, fix: mended.fix }),
  };
}

/** The flow in which readers read the source themselves; undefined where that could mean something else. */
function inlined(linted: LintedFlow, extract: Extract): Required<Pick<Finding, 'improve' | 'fix'>> | undefined {
  const { editor, knowledge, prefix } = linted;
  const { step, source, path } = extract;
  const hasSkip = source.kind === 'step' && source.onSkip !== undefined;
  const readers = linted.referencesTo(step.id);
  const isAwaited = linted.flow.steps.some((one) => afterOf(one).includes(step.id));
  // Without an output, what nobody reads is a result.
  if (hasSkip || isAwaited || readers.length === 0 || knowledge.isNamed(`${prefix}${step.id}`)) return undefined;
  const edits: Edit[] = [];
  const replacement = (reader: StepReference): Source | undefined => {
    if (reader.onSkip !== undefined) return undefined;
    const text = joined(source, path, reader.path.path.segments);
    const parsed = text === undefined ? undefined : parsePath(text);
    // Of a result that is null, each path is null; within the source, a path into null is an error.
    if (reader.path.path.segments.length > 0 && !isNeverNull(linted, extract)) return undefined;
    if (text === undefined || !parsed || 'error' in parsed || !isUnambiguous(reader.path.path)) return undefined;
    return { ...source, path: { text: pathText(text), path: parsed, span: reader.span }, span: reader.span };
  };
  for (const reader of readers) {
    const found = replacement(reader);
    if (!found) return undefined;
    edits.push(editor.replace(reader.span, written(found, editor)));
  }
  const improve = (whole: Flow): Flow =>
    withExpressions(withoutSteps(whole, new Set([step.id])), (one) =>
      one.kind === 'step' && one.step === step.id ? (replacement(one) ?? one) : one,
    );
  const fix = (): readonly Edit[] | undefined => {
    const removal = editor.removeStep(step.idSpan);
    return removal && [...edits, removal];
  };
  return { improve, fix };
}

/** Whether what a step extracts is a map or a list, by what is known of its source. */
function isNeverNull(linted: LintedFlow, { source, path }: Extract): boolean {
  const further = parsePath(path);
  const step = source.kind === 'step' ? linted.steps.get(source.step) : undefined;
  if ('error' in further || step?.onError.action === 'useDefault') return false;
  const whole = step ? linted.knowledge.schemasOf(step.component)?.output : linted.flow.inputSchema;
  const schema = schemaAt(whole, [...source.path.path.segments, ...further.segments]);
  return isObject(schema) && (schema.type === 'object' || schema.type === 'array');
}

/** A path that begins with `$`, or has one name, means the same after another one. */
const isUnambiguous = ({
  segments,
  exact,
}: {
  readonly segments: readonly Segment[];
  readonly exact?: string;
}): boolean => segments.length < 2 || exact === undefined;

/** The text of the path to a part of what `path` leads to in the source; undefined where the steps are not clear. */
function joined(source: Source, path: string, further: readonly Segment[]): string | undefined {
  const second = parsePath(path);
  if ('error' in second) return undefined;
  if (source.path.path.segments.length === 0 && further.length === 0) return path;
  if (!isUnambiguous(second) || !isUnambiguous(source.path.path)) return undefined;
  const segments = [...source.path.path.segments, ...second.segments, ...further];
  return pathTo(segments);
}

const written = (source: Source, editor: TextEditor): string => {
  const path = JSON.stringify(source.path.text);
  if (source.kind === 'input') return editor.map([['$input', path]]);
  return editor.map([
    ['$step', editor.word(source.step)],
    ['path', path],
  ]);
};
