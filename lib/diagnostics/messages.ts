import { QUOTAS } from '../protocol/quotas.ts';

/**
 * The registry of diagnostics: each code with its severity, its message and its help. A code that is not here does not
 * compile; a message's parameters are typed.
 */
export const MESSAGES = {
  'yaml-syntax': error<{ problem: string }>(
    ({ problem }) => `This is not valid YAML: ${problem}`,
    () => 'A flow is written in YAML (JSON is YAML). Check indentation, quotes and brackets at this place.',
  ),
  'not-json': error<{ found: string }>(
    ({ found }) => `${found} is no JSON value`,
    () => 'Values travel as JSON: null, true, false, finite numbers, strings, lists and maps.',
  ),
  'map-as-key': error<object>(
    () => 'A map stands where a key is wanted',
    () => 'Only a reference may stand as a key, without a value: { { $step: load }, path: id }.',
  ),
  'alias-bomb': error<{ limit: number }>(
    ({ limit }) => `Aliases make this file larger than ${limit.toLocaleString('en')} values`,
    () => 'Repeat less through aliases; large data belongs in a blob or in the input.',
  ),
  'too-deep': error<{ limit: number }>(
    ({ limit }) => `This is nested more than ${limit} levels deep`,
    () => 'Lists and maps this deep exhaust what reads them: write them flatter, or pass the inner ones as a blob.',
  ),
  'unknown-alias': error<{ name: string }>(
    ({ name }) => `No anchor &${name} stands before this alias`,
    ({ name }) => `Put &${name} at the value that *${name} is to repeat.`,
  ),
  'circular-alias': error<{ name: string }>(
    ({ name }) => `*${name} stands inside the value that it repeats`,
    ({ name }) => `No value can hold itself: move &${name} to a smaller value, or take *${name} out.`,
  ),
  'wrong-type': error<{ what: string; found: string; wanted: string }>(
    ({ what, found, wanted }) => `${what} is ${found}, but ${wanted} is wanted`,
    ({ what, wanted }) => `Write ${wanted} for ${what}.`,
  ),
  'unknown-key': error<{ key: string; where: string; known: readonly string[]; nearest?: string | undefined }>(
    ({ key, where }) => `Unknown key "${key}" in ${where}`,
    ({ known, nearest }) => (nearest ? `Did you mean "${nearest}"?` : `Keys allowed here: ${known.join(', ')}.`),
  ),
  'duplicate-key': error<{ key: string }>(
    ({ key }) => `The key "${key}" stands here twice`,
    () => 'Keep one of the two.',
  ),
  'missing-key': error<{ key: string; where: string }>(
    ({ key, where }) => `${where} has no "${key}"`,
    ({ key, where }) => `Add "${key}" to ${where}.`,
  ),
  'bad-id': error<{ id: string }>(
    ({ id }) => `"${id}" cannot be the id of a step`,
    () => 'An id is 1 to 128 letters, digits, "_", "-" or ".".',
  ),
  'duplicate-id': error<{ id: string; line: number }>(
    ({ id, line }) => `Two steps have the id "${id}"; the first is on line ${line}`,
    () => 'Give each step an id of its own.',
  ),
  'bad-component': error<{ component: string }>(
    ({ component }) => `"${component}" is no component path`,
    () => 'A component is written /plugin/name, for example /builtin/openai.',
  ),
  'unknown-component': error<{ component: string; nearest?: string | undefined; folders: readonly string[] }>(
    ({ component }) => `There is no component "${component}"`,
    ({ component, nearest, folders }) =>
      nearest
        ? `Did you mean "${nearest}"? Or write it as ${folders[0] ?? 'lambdas'}${component}.ts, or give a mock for it.`
        : `Write it as ${folders[0] ?? 'lambdas'}${component}.ts, or give a mock for it. \`stepflow list-components\` lists what there is.`,
  ),
  'component-not-bundled': error<{ component: string; problem: string; remedy: string }>(
    ({ component, problem }) => `The component "${component}" cannot be bundled: ${problem}`,
    ({ remedy }) => remedy,
  ),
  'component-not-loaded': error<{ component: string; problem: string; remedy: string }>(
    ({ component, problem }) => `The component "${component}" cannot be loaded: ${problem}`,
    ({ remedy }) => remedy,
  ),
  'unknown-step': error<{ step: string; nearest?: string | undefined }>(
    ({ step }) => `There is no step "${step}"`,
    ({ nearest }) => (nearest ? `Did you mean "${nearest}"?` : 'Name the id of a step of this flow.'),
  ),
  cycle: error<{ path: readonly string[] }>(
    ({ path }) => `These steps wait for each other: ${path.join(' → ')}`,
    () => 'Each step runs once what it reads is there: take one of these references out.',
  ),
  'bad-path': error<{ path: string; problem: string }>(
    ({ path, problem }) => `"${path}" is no path: ${problem}`,
    () =>
      'Paths look like id, profile.name, items[0], [0].id or a["b.c"], also after "$.". There are no wildcards and no negative indices.',
  ),
  'bad-reference': error<{ problem: string; form: string }>(
    ({ problem }) => problem,
    ({ form }) => `Write ${form}.`,
  ),
  'unknown-dollar-key': warning<{ key: string; nearest?: string | undefined }>(
    ({ key }) => `"${key}" is no expression, so it is plain data`,
    ({ nearest }) =>
      `${nearest ? `Did you mean "${nearest}"? ` : ''}Put data under $literal to say that it is meant so.`,
  ),
  elision: warning<object>(
    () => '"..." looks like something left out',
    () => 'Write the value that belongs here.',
  ),
  'never-runs': warning<{ step: string }>(
    ({ step }) => `Nothing wants the step "${step}", so it never runs`,
    () => 'Read it from "output" or from a step that runs, give it mustExecute: true, or say evaluation: eager.',
  ),
  'unused-step': warning<{ step: string }>(
    ({ step }) => `The step "${step}" runs, but nothing reads its result`,
    () => 'Read it, take the step out, or give it mustExecute: true to say that it runs for its effect.',
  ),
  'unknown-path': error<PathFault>(noSuchPath, pathHelp),
  'doubtful-path': warning<PathFault>(noSuchPath, pathHelp),
  'input-type': error<{ step: string; by: string; where: string; problem: string }>(
    ({ step, by, where, problem }) => `The input of "${step}" does not fit ${by}: ${where} ${problem}`,
    () => 'Change what stands here, or the schema where it asks for too much.',
  ),
  'unlisted-field': warning<{
    by: string;
    field: string;
    known: readonly string[];
    nearest?: string | undefined;
  }>(
    ({ by, field }) => `The field "${field}" is none that ${by} lists`,
    ({ known, nearest }) =>
      nearest ? `Did you mean "${nearest}"?` : `It lists ${known.join(', ')}; others are most likely ignored.`,
  ),
  'output-type': warning<{ where: string; problem: string }>(
    ({ where, problem }) => `The output does not fit the flow's outputSchema: ${where} ${problem}`,
    () => 'Change what stands here, or the outputSchema.',
  ),
  'undefined-variable': error<{ name: string; nearest?: string | undefined }>(
    ({ name }) => `Nothing declares the variable "${name}", and it has no default`,
    ({ name, nearest }) =>
      nearest
        ? `Did you mean "${nearest}"?`
        : `Declare "${name}" under properties of variablesSchema, or give it a value under variables, or a default here.`,
  ),
  'undeclared-variable': warning<{ name: string; nearest?: string | undefined }>(
    ({ name }) => `Nothing declares the variable "${name}", so its default always stands unless a run gives it`,
    ({ name, nearest }) =>
      nearest ? `Did you mean "${nearest}"?` : `Declare "${name}" under properties of variablesSchema.`,
  ),
  'never-true': warning<Constant>(
    ({ of, found }) => `This ${of} is never true: it is ${found}`,
    ({ of }) =>
      of === '$if' ? 'Write what stands under else alone, or mend the condition.' : 'Take it out, or mend it.',
  ),
  'always-true': warning<Constant>(
    ({ of, found }) => `This ${of} is always true: it is ${found}`,
    ({ of }) =>
      of === '$if'
        ? 'For $if, only false, null and what is missing are false. Write what stands under then alone, or mend the condition.'
        : 'For skipIf, only false, null, 0, "" and what is missing are false. Take the step out, or mend the condition.',
  ),
  'empty-flow': warning<object>(
    () => 'This flow has neither steps nor an output',
    () => 'Add "steps" with at least one step.',
  ),
  'undecidable-demand': error<{ path: readonly string[] }>(
    ({ path }) => `Whether to run "${path[0]}" is only known after it has run: ${path.join(' → ')}`,
    () => 'Say mustExecute: true for one of these steps, or evaluation: eager for the flow.',
  ),
  'unchecked-keyword': warning<{ keywords: readonly string[]; known: readonly string[] }>(
    ({ keywords }) => `A state machine that is started directly cannot check ${keywords.join(', ')} of this schema`,
    ({ known }) =>
      `\`stepflow run\` and the HTTP API check all keywords, the state machine itself these: ${known.join(', ')}.`,
  ),
  'unknown-matcher': error<{ key: string; known: readonly string[]; nearest?: string | undefined }>(
    ({ key }) => `There is no matcher "${key}"`,
    ({ known, nearest }) =>
      `${nearest ? `Did you mean "${nearest}"?` : `Matchers are ${known.join(', ')}.`} Put data under $literal to say that it is meant so.`,
  ),
  'plain-matcher': warning<{ key: string }>(
    ({ key }) => `"${key}" stands beside other keys, so this map is compared as plain data`,
    () => 'A map is a matcher where all its keys are matchers. Put data under $literal to say that it is meant so.',
  ),
  'bad-regex': error<{ pattern: string; problem: string }>(
    ({ pattern, problem }) => `"${pattern}" is no regular expression: ${problem}`,
    () => "Write it as JavaScript's RegExp takes it, in single quotes, so that YAML leaves the backslashes alone.",
  ),
  'unknown-mock-target': warning<{ target: string; nearest?: string | undefined }>(
    ({ target }) => `"${target}" is neither the id nor the component of a step that runs, so this mock is never asked`,
    ({ nearest }) =>
      nearest
        ? `Did you mean "${nearest}"?`
        : 'Name a step by its id, with that of the step that runs it in front (each.load), or a component by its path.',
  ),
  'mock-without-effect': warning<{ step: string; component: string }>(
    ({ step, component }) =>
      `The state machine itself does what ${component} does, so the mock of "${step}" is never asked`,
    ({ step }) => `Mock the steps inside it, "${step}.ID", or leave this mock out.`,
  ),
  'unsupported-plugin': error<{ component: string; plugin: string; type: string }>(
    ({ component, plugin, type }) =>
      `"${component}" is a component of the plugin "${plugin}", and plugins of the type "${type}" do not run here`,
    ({ component }) => `Write it as lambdas${component}.ts, or give a mock for it in the case's "mocks".`,
  ),
  'unknown-plugin': error<{ plugin: string; known: readonly string[]; nearest?: string | undefined }>(
    ({ plugin }) => `There is no plugin "${plugin}"`,
    ({ known, nearest }) => (nearest ? `Did you mean "${nearest}"?` : `Plugins here: ${known.join(', ') || 'none'}.`),
  ),
  'unreadable-config': error<{ file: string; problem: string }>(
    ({ file, problem }) => `The configuration ${file} cannot be read: ${problem}`,
    () => "configFile is a path from the flow's own folder.",
  ),
  'secret-condition': error<{ name: string }>(
    ({ name }) => `The secret "${name}" stands in a condition, but only functions know its value`,
    () => 'Hand the secret to a component, and let the condition ask for what the component answers.',
  ),
  'variable-mismatch': error<{ where: string; problem: string }>(
    ({ where, problem }) => `The value of a variable does not fit variablesSchema: "${where}" ${problem}`,
    () =>
      'Give another value (in the flow, with --var, or at deployment), or change the schema where it asks for too much.',
  ),
  'unknown-variable': warning<{ name: string; known: readonly string[]; nearest?: string | undefined }>(
    ({ name }) => `The flow has no variable "${name}", so its value does nothing`,
    ({ known, nearest }) =>
      nearest ? `Did you mean "${nearest}"?` : `Variables of this flow: ${known.join(', ') || 'none'}.`,
  ),
  'unknown-profile-step': warning<{ step: string; nearest?: string | undefined }>(
    ({ step }) => `The profile has a time for the step "${step}", but no step of that id runs in the flow`,
    ({ nearest }) =>
      nearest
        ? `Did you mean "${nearest}"?`
        : 'Measure again with `stepflow profile FLOW --local`, or take the entry out.',
  ),
  'express-too-large': error<{ bytes: number; most: number }>(
    ({ bytes, most }) =>
      `The state machine has ${bytes.toLocaleString('en')} bytes, and an Express one may have ${most.toLocaleString('en')}`,
    () => 'Take metadata.aws.type EXPRESS out: only a Standard state machine can start others and wait for them.',
  ),
  'definition-too-large': error<{ what: string; bytes: number; most: number }>(
    ({ what, bytes, most }) =>
      `${what} takes ${bytes.toLocaleString('en')} bytes in one state machine, which may have ${most.toLocaleString('en')}`,
    () => 'Read fewer results in one place: put them together in steps in between; put long literals into a file.',
  ),
  'input-mismatch': error<{ where: string; problem: string }>(
    ({ where, problem }) => `The input does not fit the flow's inputSchema: ${where} ${problem}`,
    () => 'Change the input, or the inputSchema where it asks for too much.',
  ),
  'payload-limit': error<{ what: string; values: number; over: number }>(
    ({ what, values, over }) =>
      `Step Functions carries ${QUOTAS.payload} bytes in one piece, and ${what} takes ${over} bytes more than that` +
      (values > 0 ? ` even where each of its ${values} values lies in the blob store` : ' as it is written'),
    ({ values }) =>
      values > 0
        ? 'Put values together in steps in between, or read fewer of them in one place.'
        : 'Put what is long into a file for load_file, or into a blob.',
  ),
} as const;

/** The code of a diagnostic. */
export type Code = keyof typeof MESSAGES;

/** The parameters of a diagnostic's message. */
export type Params<C extends Code> = Parameters<(typeof MESSAGES)[C]['message']>[0];

type Text<P> = (params: P) => string;

function error<P>(message: Text<P>, help: Text<P>) {
  return { severity: 'error', message, help } as const;
}

function warning<P>(message: Text<P>, help: Text<P>) {
  return { severity: 'warning', message, help } as const;
}

/** A path that is not there. `part`: `field "x"` or `item 0`; `of`: what lacks it; `found`: what that is, in words. */
interface PathFault {
  readonly of: string;
  readonly part: string;
  readonly found: string;
  readonly known: readonly string[];
  readonly nearest?: string | undefined;
}

function noSuchPath({ of, part, found, known }: PathFault): string {
  return known.length > 0 ? `There is no ${part} in ${of}` : `There is no ${part} in ${of}, which is ${found}`;
}

function pathHelp({ known, nearest }: PathFault): string {
  if (nearest) return `Did you mean "${nearest}"?`;
  return known.length > 0 ? `Its schema lists ${known.join(', ')}.` : 'Read the whole of it, or mend its schema.';
}

/** A condition with one answer. */
interface Constant {
  readonly of: '$if' | 'skipIf';
  readonly found: string;
}
