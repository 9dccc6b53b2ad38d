import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Level, LintDiagnostic, LintedFile, RULE_CODES } from '../../lint/index.ts';
import { type CommandCall, defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../errors.ts';
import { type FlowFile, findFlows } from '../flow-files.ts';
import { showFindings, showLeftOut, showLintTally } from '../render/lint.ts';
import { diagnosticsJson, writeJson } from '../report.ts';

const options = {
  fix: { kind: 'flag', summary: 'mend what can be mended in the text; comments and layout stay' },
  strict: { kind: 'flag', summary: 'fail for warnings too' },
  rule: {
    kind: 'list',
    value: 'CODE=LEVEL',
    summary: 'set a rule to off, info, warning or error; may be repeated',
  },
} as const;

/** `stepflow lint PATH…` */
export const lintCommand = defineCommand({
  name: 'lint',
  summary: 'Hold flows against the performance guide: what is slow or costly, what it costs, how to mend it.',
  positionals: [{ name: 'PATH', summary: 'flows, or folders of flows', many: true }],
  options,
  json: 'the findings, each with its step, its cost, and whether --fix mends it,',
  examples: [
    'lint workflows',
    'lint workflows/user-insights.yaml --fix',
    'lint workflows --strict --rule no-performance-test=off',
  ],
  action: async (call) => {
    const lint = await import('../../lint/index.ts');
    const levels = levelsOf(call.options.rule ?? [], lint);
    const { SharedComponents } = await import('../../project/load-flows.ts');
    const shared = new SharedComponents();
    const found: LintedFile[] = [];
    for (const flow of await findFlows(call.args, call.terminal)) {
      const linted = await lint.lintFile(sourceOf(flow, call), { levels, fix: call.options.fix === true }, shared);
      if (linted.text !== flow.text) await writeFile(resolve(call.terminal.cwd, flow.file), linted.text);
      found.push(linted);
    }
    const diagnostics = distinct(found.flatMap((one) => one.diagnostics));
    const fixed = found.reduce((sum, one) => sum + one.fixed, 0);
    const costsLeftOut = found.reduce((sum, one) => sum + one.costsLeftOut, 0);
    const code = exitCodeOf(diagnostics, call.options.strict === true);
    if (call.json)
      writeJson({ ok: code === EXIT.ok, diagnostics: diagnostics.map(toJson), fixed, costsLeftOut }, call.terminal);
    else {
      const sources = new Map(found.flatMap((one) => [...one.sources]));
      await showFindings(diagnostics, lint.RULES, sources, call.terminal);
      showLeftOut(costsLeftOut, lint.MOST_STEPS, call.terminal);
      showLintTally({ flows: found.length, diagnostics, fixed, failed: code !== EXIT.ok }, call.terminal);
    }
    return code;
  },
});

type LintCall = CommandCall<typeof options>;

const sourceOf = ({ file, text }: FlowFile, { terminal }: LintCall) => ({
  file,
  home: dirname(resolve(terminal.cwd, file)),
  source: text,
  project: terminal.cwd,
});

interface KnownRules {
  readonly RULE_CODES: typeof RULE_CODES;
  readonly LEVELS: readonly Level[];
  readonly isLevel: (text: unknown) => text is Level;
}

function levelsOf(given: readonly string[], { RULE_CODES: codes, LEVELS: levels, isLevel }: KnownRules) {
  return new Map(
    given.map((text): [string, Level] => {
      const [code = '', ...rest] = text.split('=');
      const level = rest.join('=');
      if (!codes.includes(code))
        throw new UsageError(`there is no rule "${code}"`, `the rules are ${codes.join(', ')}`);
      if (!isLevel(level)) throw new UsageError(`--rule ${text} has no level`, `write ${code}=${levels.join('|')}`);
      return [code, level];
    }),
  );
}

/** What is said of the configuration is said once. */
const distinct = (all: readonly LintDiagnostic[]): readonly LintDiagnostic[] => [
  ...new Map(all.map((one) => [JSON.stringify(one), one])).values(),
];

const exitCodeOf = (diagnostics: readonly LintDiagnostic[], isStrict: boolean): number =>
  diagnostics.some(({ severity }) => severity === 'error' || (isStrict && severity === 'warning'))
    ? EXIT.failed
    : EXIT.ok;

const toJson = (one: LintDiagnostic) => {
  const { step, cost = {}, fixable, guide } = one;
  return {
    ...diagnosticsJson([one])[0],
    ...(step !== undefined && { step }),
    cost,
    fixable,
    ...(guide !== undefined && { guide }),
  };
};
