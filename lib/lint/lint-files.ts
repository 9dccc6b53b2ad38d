import { relative } from 'node:path';
import { checkExamples } from '../compiler/check/index.ts';
import { type Diagnostic, Reporter } from '../diagnostics/diagnostics.ts';
import { applyEdits } from '../flow/text/edits.ts';
import { readTree } from '../flow/text/read-tree.ts';
import { type LoadedFlow, loadFlow, SharedComponents } from '../project/load-flows.ts';
import { openFlow } from '../project/open-flow.ts';
import type { Json } from '../protocol/json.ts';
import { nearestConfig, openSuite, readConfigFile, START, type Suite } from '../testing/open-suite.ts';
import { componentSource } from '../testing/plugin-config.ts';
import { checkSuite } from '../testing/test-flow.ts';
import { compatible } from './fixes.ts';
import { type LintDiagnostic, type Linted, lintFlow } from './lint-flow.ts';
import type { Knowledge } from './linted-flow.ts';
import { RULE_CODES } from './rules.ts';
import { type Levels, readLevels } from './severities.ts';

/** A flow's file and text. */
export interface LintSource {
  /** The file, as diagnostics name it. */
  readonly file: string;
  readonly home: string;
  readonly source: string;
  /** A folder whose components serve flows that stand in no package. */
  readonly project: string;
}

/** Options of {@link lintFile}. */
export interface LintOptions {
  /** What is set for rules; what the project's configuration sets is less than that. @default nothing */
  readonly levels?: Levels;
  /** Whether the text is mended. @default false */
  readonly fix?: boolean;
}

/** What was found in a flow, and what was mended. */
export interface LintedFile {
  readonly diagnostics: readonly LintDiagnostic[];
  /** The text with all that was mended; the same where nothing was. */
  readonly text: string;
  /** How many findings were mended. */
  readonly fixed: number;
  /** How many findings have no cost because more than 5,000 steps would have been simulated for the costs of the flow. */
  readonly costsLeftOut: number;
  /** The texts that diagnostics point into, by file. */
  readonly sources: ReadonlyMap<string, string>;
}

/** How often a text is mended: one edit may be what another one waits for. */
const MOST_ROUNDS = 100;

/**
 * Holds a flow against the rules of the guide. What is wrong with the flow, its examples and its cases comes first; one that cannot be compiled is held
 * against no rule, and nothing is mended in a flow with errors. Components
 * need neither be there nor be mocked: of those that are, the schemas are known.
 */
export async function lintFile(
  given: LintSource,
  { levels = new Map(), fix = false }: LintOptions = {},
  shared = new SharedComponents(),
): Promise<LintedFile> {
  const config = await configOf(given);
  const all = new Map([...config.levels, ...levels]);
  let text = given.source;
  let fixed = 0;
  let found = await lintText({ ...given, source: text }, all, shared);
  for (let round = 0; fix && round < MOST_ROUNDS; round += 1) {
    const { text: mended, made } = mend(text, found.fixes);
    if (made === 0) break;
    text = mended;
    fixed += made;
    found = await lintText({ ...given, source: text }, all, shared);
  }
  const sources = new Map([...found.sources, ...config.sources, [given.file, text]]);
  const { costsLeftOut } = found;
  return { diagnostics: [...config.diagnostics, ...found.diagnostics], text, fixed, costsLeftOut, sources };
}

function mend(text: string, fixes: Linted['fixes']): { readonly text: string; readonly made: number } {
  const { together } = compatible(fixes);
  const edits = together.flatMap((fix) => fix.edits);
  return { text: applyEdits(text, edits), made: together.length };
}

async function lintText(
  given: LintSource,
  levels: Levels,
  shared: SharedComponents,
): Promise<Linted & Pick<LintedFile, 'sources'>> {
  const { file, home, source, project } = given;
  const suite = await openSuite({ file, home, source, project }, shared);
  const opened = openFlow({ ...suite.folders, file, source }, shared.lookupIn);
  const loaded = await loadFlow(opened, shared);
  // What is missing, or cannot be loaded, keeps no rule from being held against the flow.
  const missing = new Set(opened.missing.map(keyOf));
  const { flow } = loaded.compiled;
  const found = [...loaded.diagnostics, ...(flow ? checkExamples(flow) : []), ...checkSuite(suite)];
  const errors = found.filter((one) => one.severity === 'error' && !missing.has(keyOf(one)));
  const { diagnostics, fixes, costsLeftOut } = await lintFlow(loaded, knowledgeOf(loaded, suite), levels);
  const { sources } = suite;
  // A flow that is wrong is mended first.
  if (errors.length === 0) return { diagnostics, fixes, costsLeftOut, sources };
  const all = [...errors, ...diagnostics].map((one) => ({ ...one, fixable: false }));
  return { diagnostics: all, fixes: [], costsLeftOut, sources };
}

const keyOf = (diagnostic: Diagnostic): string => JSON.stringify(diagnostic);

function knowledgeOf({ schemas, canonical, lookup, settings, diagnostics }: LoadedFlow, suite: Suite): Knowledge {
  const { cases, config } = suite;
  const mocks = cases.flatMap((one) => one.mocks);
  const { steps: timings, components } = settings.profile ?? {};
  const behavioursOf = (id: string, component: string) => {
    const source = componentSource(config, component);
    return [
      ...mocks.filter(({ target }) => target === id || target === component).flatMap((mock) => mock.behaviours),
      ...(source.kind === 'mock' ? source.behaviours : []),
    ];
  };
  return {
    schemasOf: (component) => schemas.get(canonical(component)),
    isBuiltin: (component) => lookup.catalog.resolve(component)?.builtin === true,
    isReplaced: (step) => settings.opaque?.(step) === true,
    resultsOf: (id, component) =>
      behavioursOf(id, component).flatMap((one): Json[] =>
        one.outcome === 'success' && one.result !== undefined ? [one.result] : [],
      ),
    secondsOf: (id, component) => timings?.[id]?.seconds ?? components?.[component]?.seconds,
    resultBytesOf: (id) => timings?.[id]?.outputBytes,
    diagnostics,
    isNamed: (id) => mocks.some(({ target }) => target === id),
    isInputAsked: (id, component) => behavioursOf(id, component).some(({ input }) => input !== undefined),
    tests: { cases: cases.length, measured: cases.filter(({ metrics }) => metrics.length > 0).length },
  };
}

interface LintConfig {
  readonly levels: Levels;
  readonly diagnostics: readonly LintDiagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

/** What the nearest configuration sets. */
async function configOf({ home, file: flow }: LintSource): Promise<LintConfig> {
  const path = nearestConfig(home);
  if (path === undefined) return { levels: new Map(), diagnostics: [], sources: new Map() };
  const file = relative('', path);
  const read = await readConfigFile(path, file, { file: flow, ...START });
  if ('unreadable' in read)
    return { levels: new Map(), diagnostics: [{ ...read.unreadable, fixable: false }], sources: new Map() };
  const { text } = read;
  const reporter = new Reporter(file);
  const tree = readTree(text, reporter);
  const levels: Levels = tree ? readLevels(tree, RULE_CODES, reporter) : new Map();
  const diagnostics = reporter.diagnostics.map((one) => ({ ...one, fixable: false }));
  return { levels, diagnostics, sources: new Map([[file, text]]) };
}
