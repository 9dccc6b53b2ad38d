import { composeDocument } from '../flow/text/compose-document.ts';
import { DEPTH_LIMIT, type Json } from '../protocol/json.ts';

/** The value of a YAML text; through JSON, because YAML has values that are none: dates, sets. Throws for a number that is none. */
export function readYaml(text: string): Json {
  const composed = composeDocument(text, { prettyErrors: false });
  const { lines } = composed;
  if ('tooDeepAt' in composed)
    throw new Error(`it is nested more than ${DEPTH_LIMIT} levels deep${at(lines, composed.tooDeepAt)}`);
  const { document } = composed;
  const [problem] = document.errors;
  if (problem) throw new Error(`${problem.message}${at(lines, problem.pos[0])}`, { cause: problem });
  return JSON.parse(JSON.stringify(document.toJS() ?? null, finite));
}

function finite(_: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  throw new Error(`it has the number ${value}, which JSON has not`);
}

function at(lines: Lines, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return ` at line ${line}, column ${col}`;
}

type Lines = ReturnType<typeof composeDocument>['lines'];
