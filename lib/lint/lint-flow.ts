import { innerFlowOf } from '../compiler/analyse/inner-flow.ts';
import { groupBy } from '../compiler/passes/group-by.ts';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import type { Flow } from '../flow/flow.ts';
import { readFlow } from '../flow/read/read-flow.ts';
import { applyEdits } from '../flow/text/edits.ts';
import { nearest } from '../flow/text/nearest.ts';
import type { OpenedFlow } from '../project/open-flow.ts';
import { type Cost, CostModel } from './cost.ts';
import { compatible, type Fix } from './fixes.ts';
import { type Knowledge, LintedFlow } from './linted-flow.ts';
import type { Finding, Rule } from './rule.ts';
import { RULE_CODES, RULES } from './rules.ts';
import { isSameFlow } from './same-flow.ts';
import { type Level, type Levels, suppressionFault } from './severities.ts';
import { type Suppression, suppressionsIn } from './suppressions.ts';

/** A diagnostic of `stepflow lint`. */
export interface LintDiagnostic extends Diagnostic {
  /** The step that it is about; `RUNNER.ID` in an inner flow. */
  readonly step?: string;
  /** Absent where it is not known. */
  readonly cost?: Cost;
  /** Whether `--fix` mends it. */
  readonly fixable: boolean;
  /** Where the rule is described, with its section of the guide. */
  readonly guide?: string;
}

/** What is found in a flow, and the edits of its text that mend what can be mended. */
export interface Linted {
  readonly diagnostics: readonly LintDiagnostic[];
  /** Those of the findings that have any, in their order. */
  readonly fixes: readonly Fix[];
  /** How many findings have no cost because more than 5,000 steps would have been simulated for the costs of the flow. */
  readonly costsLeftOut: number;
}

interface Found {
  readonly rule: Rule;
  readonly finding: Finding;
  readonly severity: Exclude<Level, 'off'>;
  readonly linted: LintedFlow;
}

/** Holds a compiled flow against the rules. `levels`: what is set for rules, beside their own severities. */
export async function lintFlow(
  { source, file, compiled, settings }: Pick<OpenedFlow, 'source' | 'file' | 'compiled' | 'settings'>,
  knowledge: Knowledge,
  levels: Levels,
): Promise<Linted> {
  const { flow } = compiled;
  if (!flow || !compiled.stateMachine) return { diagnostics: [], fixes: [], costsLeftOut: 0 };
  const whole = new LintedFlow(flow, source, knowledge);
  const found = [whole, ...innerFlows(whole)].flatMap((linted) => findingsIn(linted, levels));
  const suppressions = suppressionsIn(source);
  const kept = found.filter(({ rule, finding }) => !suppressions.some((one) => silences(one, rule, finding)));
  const costs = new CostModel(compiled, settings, (reference, steps) => whole.sizeOf(reference, steps));
  const fixes: Fix[] = [];
  const diagnostics: LintDiagnostic[] = [];
  const fixable = fixableOf(kept);
  for (const one of kept) {
    const fix = fixable.get(one);
    if (fix) fixes.push(fix);
    diagnostics.push({ ...(await diagnosticOf(one, costs)), file, fixable: fix !== undefined });
  }
  const faults = faultsOf(suppressions, found, file, levels).map((fault) => ({ ...fault, fixable: false }));
  return {
    diagnostics: [...diagnostics, ...faults].sort((a, b) => a.line - b.line || a.column - b.column),
    fixes,
    costsLeftOut: costs.leftOut,
  };
}

/** The flows that steps run, in each other. */
function innerFlows(outer: LintedFlow): readonly LintedFlow[] {
  return outer.flow.steps.flatMap((step) => {
    const inner = innerFlowOf(step, outer.flow, []);
    if (!inner) return [];
    const locate = (whole: Flow): Flow | undefined => {
      const around = outer.locate(whole);
      const runner = around?.steps.find(({ id }) => id === step.id);
      return around && runner && innerFlowOf(runner, around, []);
    };
    const linted = new LintedFlow(inner, outer.text, outer.knowledge, `${outer.prefix}${step.id}.`, locate);
    return [linted, ...innerFlows(linted)];
  });
}

const findingsIn = (linted: LintedFlow, levels: Levels): readonly Found[] =>
  RULES.flatMap((rule) => {
    const level = levels.get(rule.code);
    if (level === 'off') return [];
    return rule
      .find(linted)
      .map((finding) => ({ rule, finding, linted, severity: level ?? finding.severity ?? rule.severity }));
  });

const silences = ({ code, why, line }: Suppression, rule: Rule, { span }: Finding): boolean =>
  code === rule.code && why !== '' && line === span.line;

async function diagnosticOf(
  { rule, finding, severity, linted }: Found,
  costs: CostModel,
): Promise<Omit<LintDiagnostic, 'file' | 'fixable'>> {
  const { span, message, help, step, improve } = finding;
  // What a step of an inner flow costs depends on how often it runs.
  const cost = improve && linted.prefix === '' ? await costs.than(improve(linted.flow)) : undefined;
  const { line, column, endLine, endColumn } = span;
  return {
    code: rule.code,
    severity,
    message,
    line,
    column,
    endLine,
    endColumn,
    help,
    ...(step !== undefined && { step: `${linted.prefix}${step}` }),
    ...(cost && { cost }),
    guide: `docs/lint.md#${rule.code}`,
  };
}

/** The fixes of findings after which the text says exactly what their rules would have it say. */
function fixableOf(found: readonly Found[]): ReadonlyMap<Found, Fix> {
  const fixable = new Map<Found, Fix>();
  const byFlow = groupBy(found, ({ linted }) => linted.prefix, candidateOf);
  for (const candidates of byFlow.values())
    for (let open = candidates; open.length > 0; ) {
      const { together, left } = compatible(open);
      for (const { found: one, edits, countsOn } of exact(together)) fixable.set(one, { edits, countsOn });
      open = left;
    }
  return fixable;
}

function candidateOf(found: Found): Candidate | undefined {
  const { fix, improve, countsOn = [] } = found.finding;
  const edits = improve && fix?.();
  return edits && edits.length > 0 ? { found, improve, edits, countsOn } : undefined;
}

interface Candidate extends Fix {
  readonly found: Found;
  readonly improve: (flow: Flow) => Flow;
}

/** Those of some fixes of one flow that do what they should. They are read at once, and parts of them only where that says something else. */
function exact(fixes: readonly Candidate[]): readonly Candidate[] {
  const [first] = fixes;
  if (!first || isExact(first.found.linted, fixes)) return fixes;
  if (fixes.length === 1) return [];
  const half = Math.ceil(fixes.length / 2);
  return [...exact(fixes.slice(0, half)), ...exact(fixes.slice(half))];
}

function isExact({ text, flow, locate }: LintedFlow, fixes: readonly Candidate[]): boolean {
  const edits = fixes.flatMap((one) => one.edits);
  const read = readFlow(applyEdits(text, edits), flow.file).flow;
  const mended = read && locate(read);
  const improved = fixes.reduce((changed, { improve }) => improve(changed), flow);
  return mended !== undefined && isSameFlow(mended, improved);
}

/** What is wrong with the comments that silence rules. */
function faultsOf(
  suppressions: readonly Suppression[],
  found: readonly Found[],
  file: string,
  levels: Levels,
): readonly Diagnostic[] {
  return suppressions.flatMap((one) => {
    const fault = faultOf(one, found, levels);
    return fault ? [suppressionFault(...fault, file, one.span)] : [];
  });
}

const FORM = 'Write "# lint-disable-next-line RULE why", with a reason that a reader can judge.';

function faultOf(one: Suppression, found: readonly Found[], levels: Levels): [string, string] | undefined {
  const { code, why } = one;
  if (code === '') return ['This comment does not say which rule it is about', FORM];
  if (!RULE_CODES.includes(code)) {
    const near = nearest(code, RULE_CODES);
    return [`There is no rule "${code}"`, near ? `Did you mean "${near}"?` : `The rules are ${RULE_CODES.join(', ')}.`];
  }
  if (why === '') return [`This comment does not say why "${code}" does not matter here, so it silences nothing`, FORM];
  const isUsed = levels.get(code) === 'off' || found.some(({ rule, finding }) => silences(one, rule, finding));
  return isUsed ? undefined : [`The rule "${code}" finds nothing at the next line`, 'Remove this comment.'];
}
