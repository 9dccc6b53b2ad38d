import { type Diagnostic, diagnose } from '../../lib/diagnostics/diagnostics.ts';
import { type Code, MESSAGES, type Params } from '../../lib/diagnostics/messages.ts';
import { renderDiagnostics } from '../../lib/diagnostics/render.ts';
import { checkFlows } from '../../lib/project/load-flows.ts';
import { EXAMPLES } from './diagnostic-examples.ts';
import { fenced, GENERATED } from './markdown.ts';

const INTRODUCTION = `# Every diagnostic

A diagnostic says what is wrong with a flow, shows the line, and says how to correct it. \`stepflow validate\` reports all of
them without running anything; with \`--json\` each has its \`code\`, which is its heading here. A flow with an error is neither
run nor deployed; a warning does not prevent either.
`;

/** The page of all diagnostics, in the order of the registry, each with an example as a terminal shows it. */
export async function diagnosticsPage(): Promise<string> {
  const codes = Object.keys(MESSAGES).filter(isCode);
  const found = await findExamples(codes);
  const sections = codes.map((code) => section(code, found));
  const contents = codes.map((code) => `[${code}](#${code})`).join(' · ');
  return [GENERATED, INTRODUCTION, contents, ...sections].join('\n').trimEnd();
}

const isCode = (code: string): code is Code => code in MESSAGES;

function section(code: Code, found: ReadonlyMap<string, readonly Diagnostic[]>): string {
  const { severity } = MESSAGES[code];
  return [`\n## ${code}\n`, `Severity: ${severity}.\n`, ...example(code, found)].join('\n');
}

function example(code: Code, found: ReadonlyMap<string, readonly Diagnostic[]>): readonly string[] {
  const one = EXAMPLES[code];
  if (!('flow' in one)) return [fenced('text', withoutPlace(code, one.params))];
  const diagnostics = (found.get(code) ?? []).filter((diagnostic) => diagnostic.code === code).slice(0, 1);
  if (diagnostics.length === 0) throw new Error(`The example of ${code} does not have that diagnostic.`);
  return [
    fenced(
      'text',
      renderDiagnostics(diagnostics, () => one.flow, { color: false }),
    ),
  ];
}

function withoutPlace<C extends Code>(code: C, params: Params<C>): string {
  const { message, help, severity } = diagnose(code, params, {
    file: '',
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 1,
  });
  return `[${severity === 'error' ? 'ERROR' : 'WARNING'}] ${message}\n\n  ${help}`;
}

/** Checks all example flows at once, as flows of this project. */
async function findExamples(codes: readonly Code[]): Promise<ReadonlyMap<string, readonly Diagnostic[]>> {
  const flows = codes.flatMap((code) => {
    const one = EXAMPLES[code];
    return 'flow' in one ? [{ code, source: one.flow }] : [];
  });
  const checked = await Promise.all(
    flows.map(async ({ code, source }) => [code, await checkFlows([{ source, file: 'flow.yaml' }])] as const),
  );
  return new Map(checked);
}
