export { type Cost, MOST_STEPS } from './cost.ts';
export { type LintedFile, type LintOptions, type LintSource, lintFile } from './lint-files.ts';
export type { LintDiagnostic } from './lint-flow.ts';
export type { Rule } from './rule.ts';
export { RULE_CODES, RULES } from './rules.ts';
export { isLevel, LEVELS, type Level, type Levels } from './severities.ts';
