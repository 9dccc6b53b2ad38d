import { diagnose } from '../../diagnostics/diagnostics.ts';
import { type Code, MESSAGES } from '../../diagnostics/messages.ts';
import type { Expression } from '../../flow/expression.ts';
import { expressionsOf, type Flow, type Step } from '../../flow/flow.ts';
import { stepsReadBy } from '../analyse/uses.ts';
import { checkInputs } from './check-inputs.ts';
import { checkOperations } from './check-operations.ts';
import { checkPaths } from './check-paths.ts';
import type { Scope } from './scope.ts';
import { typeOf } from './type-of.ts';

/**
 * Reports each default of `onError: useDefault` that a reader of the step cannot take: the flow would fail wherever the
 * default is used. A result that cannot be taken either is reported at its reader.
 */
export function checkDefaults(scope: Scope): void {
  const { flow } = scope;
  const defaults = flow.steps.filter(({ onError }) => onError.action === 'useDefault');
  if (defaults.length === 0) return;
  const readers = readersIn(flow);
  for (const step of defaults) {
    const { onError, id } = step;
    if (onError.action !== 'useDefault') continue;
    const type = typeOf(onError.value, scope);
    const part = onlyReaders(flow, readers.get(id) ?? []);
    const always = new Set(errorsIn(part, scope).map(({ place }) => place));
    const withDefault: Scope = { ...scope, resultOf: (other) => (other === id ? type : scope.resultOf(other)) };
    const [first] = errorsIn(part, withDefault).filter(({ place }) => !always.has(place));
    if (!first) continue;
    // A $coalesce passes over what is missing or null, and over nothing else.
    const isNull = onError.value.kind === 'literal' && onError.value.value === null;
    const params = { step: id, problem: first.message, isAbsent: isNull || first.code === 'unknown-path' };
    scope.report('default-type', params, onError.value.span);
  }
}

/** The step with an id, or the output. */
type Reader = Step | 'output';

/** By the step that they read. */
function readersIn({ steps, output }: Flow): ReadonlyMap<string, readonly Reader[]> {
  const readers = new Map<string, Reader[]>();
  const add = (reader: Reader, expressions: readonly Expression[]): void => {
    for (const read of new Set(expressions.flatMap(stepsReadBy))) {
      const known = readers.get(read);
      if (known) known.push(reader);
      else readers.set(read, [reader]);
    }
  };
  for (const step of steps) add(step, expressionsOf(step));
  if (output) add('output', [output]);
  return readers;
}

function onlyReaders({ output, ...flow }: Flow, readers: readonly Reader[]): Flow {
  const steps = readers.filter((reader) => reader !== 'output');
  return { ...flow, steps, ...(output && readers.includes('output') && { output }) };
}

interface FoundError {
  readonly code: Code;
  readonly place: string;
  readonly message: string;
}

/** What is wrong in a part of the flow, where it fails the flow. */
function errorsIn(flow: Flow, scope: Scope): readonly FoundError[] {
  const errors: FoundError[] = [];
  const report: Scope['report'] = (code, params, span, severity) => {
    if ((severity ?? MESSAGES[code].severity) !== 'error') return;
    const { message } = diagnose(code, params, { file: flow.file, ...span });
    errors.push({ code, place: `${code} ${span.line} ${span.column} ${span.endLine} ${span.endColumn}`, message });
  };
  const own: Scope = { ...scope, flow, report };
  checkPaths(own);
  checkOperations(own);
  checkInputs(own);
  return errors;
}
