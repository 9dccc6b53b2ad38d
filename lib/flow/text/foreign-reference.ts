import { parsePath } from '../../protocol/path.ts';
import { stepAtStart } from './step-at-start.ts';

/** The ids of the steps of the flow that a text is in: a reference may begin with one. */
type StepIds = ReadonlySet<string>;

/** A reference of another language in a text: how it is found, and what is written here instead. */
interface Foreign {
  /** Its first group is what it refers to. */
  readonly pattern: RegExp;
  /** Whether it is one of several parts of a text; else it is all of it. */
  readonly isPart?: true;
  /** The expressions of which one is meant; none where there is no expression for it. */
  readonly expressions: (reference: string, stepIds: StepIds) => readonly string[];
  /** A sentence where there is no expression for it. */
  readonly otherwise?: string;
}

const SOURCES = 'inputs?|steps?|tasks|variables?|params|workflow|context';
/** `.name`, `[0]`, `['name']`, and what only JSONPath has: `..`, wildcards, slices and filters. */
const JSON_PATH = String.raw`(?:\.{1,2}(?:[A-Za-z_][\w-]*|\*)|\[(?:[-\d:, ]+|\*|'[^']*'|"[^"]*"|\?\([^\]]*\))\])+`;
const ANY = ['{ $input: PATH }', '{ $step: ID, path: PATH }'];
const OPERATORS =
  'No JSONata is evaluated in a flow: write operators, such as { $eq: [first, second] } or { $concat: ["Hello ", { $input: PATH }] }, or let a component do it.';
const CONTEXT = 'A flow does not read its execution: a component has it as ctx.execution.';
const NO_INTRINSIC = 'No function is called in a flow: let a component do that.';

/** What is certain to be meant as a reference: prices, variables of shells and patterns look like none of these. */
const FOREIGN: readonly Foreign[] = [
  // GitHub Actions, Jinja, Handlebars, Argo: ${{ steps.a.outputs.b }}, {{ name }}
  { pattern: /\$?\{\{([^{}]*)\}\}/, isPart: true, expressions: referenceTo },
  // Templates of JavaScript, Google Cloud Workflows: ${input.text}
  { pattern: new RegExp(String.raw`\$\{\s*((?:${SOURCES})\b[^{}]*)\}`), isPart: true, expressions: referenceTo },
  // Tekton, Azure Pipelines: $(params.name)
  { pattern: new RegExp(String.raw`\$\(\s*((?:${SOURCES})\.[\w.[\]-]+)\s*\)`), isPart: true, expressions: referenceTo },
  // ERB, EJS: <%= name %>
  { pattern: /<%=\s*([\w$.[\]'"]+)\s*-?%>/, isPart: true, expressions: referenceTo },
  // Step Functions in JSONata: {% $states.input.text %}
  { pattern: /^\{%([\s\S]*)%\}$/, expressions: ofJsonata, otherwise: OPERATORS },
  {
    pattern: /^(\$states\.(?:input|result|context|errorOutput)\b.*)$/s,
    expressions: ofJsonata,
    otherwise: OPERATORS,
  },
  // Step Functions in JSONPath: $$.Execution.Id, States.Format('…', $.name), $.items[0].id
  { pattern: /^\$\$\.([A-Z]\w*(?:[.[].*)?)$/, expressions: ofContext, otherwise: CONTEXT },
  { pattern: /^States\.([A-Z]\w*)\([\s\S]*\)$/, expressions: ofIntrinsic, otherwise: NO_INTRINSIC },
  { pattern: new RegExp(`^\\$(${JSON_PATH})$`), expressions: (path, ids) => referenceTo(path.replace(/^\./, ''), ids) },
  // Our own keys, written as paths: $step.load.id, $input.text, $input
  {
    pattern: new RegExp(`^\\$((?:inputs?|steps?|variables?)(?:${JSON_PATH})?)$`),
    expressions: referenceTo,
  },
];

/** What is written instead of a text that looks like a reference of another language; undefined for any other text. */
export function foreignReference(written: string, stepIds: StepIds): string | undefined {
  if (!isSuspect(written)) return undefined;
  const text = written.trim();
  for (const foreign of FOREIGN) {
    const reference = foreign.pattern.exec(text)?.[1];
    if (reference === undefined) continue;
    if (foreign.isPart) return `Write ${inText(text, stepIds)}.`;
    const expressions = foreign.expressions(reference.trim(), stepIds);
    return expressions.length === 0 ? foreign.otherwise : `Write ${expressions.join(' or ')}.`;
  }
  return undefined;
}

/** The expression that a text is meant as which is a single reference of another language. */
export function referenceIn(text: string, stepIds: StepIds): string | undefined {
  for (const { pattern, expressions } of FOREIGN) {
    const [whole, reference = ''] = pattern.exec(text) ?? [];
    if (whole === text) return expressions(reference.trim(), stepIds)[0];
  }
  return undefined;
}

/** The expression that a text is meant as which is a path, such as `user.name` or `steps.load.id`; undefined for any other. */
export const pathIn = (text: string, stepIds: StepIds): string | undefined =>
  /^[A-Za-z_][\w.[\]-]*$/.test(text) && isPath(text) ? referenceTo(text, stepIds)[0] : undefined;

/** Whether a key looks like a text with a reference of another language in it. */
export const looksLikeTemplate = (key: string): boolean =>
  isSuspect(key) && FOREIGN.some(({ pattern, isPart }) => isPart && pattern.test(key));

/** Most texts have none of these: the patterns are not needed for them. */
const isSuspect = (text: string): boolean => /[${%]|^\s*States\./.test(text);

/** The most characters of an expression that is shown. */
const MOST_SHOWN = 120;

/** A text with references in it, as an expression. */
function inText(text: string, stepIds: StepIds): string {
  const parts: string[] = [];
  let rest = text;
  for (let found = firstIn(rest, stepIds); found; found = firstIn(rest, stepIds)) {
    const { index, length, meant } = found;
    if (length === text.length) return meant.join(' or ');
    if (index > 0) parts.push(JSON.stringify(rest.slice(0, index)));
    parts.push(meant[0] ?? '');
    rest = rest.slice(index + length);
    // A long text may have more of them than is worth to look for.
    if (parts.length > MOST_SHOWN) break;
  }
  if (rest !== '') parts.push(JSON.stringify(rest));
  const joined = `{ $concat: [${parts.join(', ')}] }`;
  return joined.length <= MOST_SHOWN
    ? joined
    : '{ $concat: ["Hello ", { $input: PATH }] } for a text with values in it';
}

/** The first reference that is a part of a text: where it is, and the expressions of which one is meant. */
function firstIn(text: string, stepIds: StepIds) {
  const found = FOREIGN.flatMap(({ pattern, isPart, expressions }) => {
    const match = isPart && pattern.exec(text);
    // {{- name -}} leaves out the spaces around it.
    const written = match ? (match[1] ?? '').replace(/^-|-$/g, '').trim() : '';
    return match ? [{ index: match.index, length: match[0].length, meant: expressions(written, stepIds) }] : [];
  });
  return found.sort((one, other) => one.index - other.index)[0];
}

/** A reference such as `steps.load.outputs.id`, `input.text` or `items[0].id` as we write it. */
function referenceTo(written: string, stepIds: StepIds): readonly string[] {
  const [, head = '', rest = ''] =
    /^(\w+)(?:\.|(?=\[)|$)(.*)$/s.exec(written.replace(/^(?:workflow|context)\./, '')) ?? [];
  if (/^(?:inputs?|params)$/.test(head)) return [inputAt(rest)];
  if (/^(?:variables?|vars|env)$/.test(head)) return [`{ $variable: ${isPath(rest) && rest ? quoted(rest) : 'NAME'} }`];
  if (/^(?:steps?|tasks)$/.test(head)) {
    const known = stepAtStart(rest, stepIds);
    if (known) return [stepExpression(known.id, inResult(known.rest))];
    const [, id = 'ID', path = 'PATH'] = STEP_RESULT.exec(rest) ?? [];
    return [stepExpression(id, path)];
  }
  const named = stepAtStart(written, stepIds);
  if (named) return [stepExpression(named.id, inResult(named.rest)), inputAt(written)];
  const known = /^(?:outputs?|results?|needs)$/.test(head) ? stepAtStart(rest, stepIds) : undefined;
  if (known) return [stepExpression(known.id, inResult(known.rest))];
  return isPath(written) && written !== '' ? [inputAt(written), stepExpression('ID', written)] : ANY;
}

/** The path in the result of a step: `outputs.id` of another language is `id`. */
const inResult = (rest: string): string => rest.replace(/^(?:outputs?|results?)(?:\.|(?=\[)|$)/, '');

/** `load.outputs.id`: a step, and the path of its result. */
const STEP_RESULT = /^([\w-]+)(?:\.|(?=\[)|$)(?:(?:outputs?|results?)(?:\.|(?=\[)|$))?(.*)$/s;

/** The reference to a part of the result of a step, as it is written. */
export function stepExpression(id: string, path: string): string {
  return path === '' ? `{ $step: ${id} }` : `{ $step: ${id}, path: ${isPath(path) ? quoted(path) : 'PATH'} }`;
}

function inputAt(path: string): string {
  return path === '' ? '{ $input: $ }' : `{ $input: ${isPath(path) ? quoted(path) : 'PATH'} }`;
}

const isPath = (text: string): boolean => !/[\s|()]/.test(text) && !('error' in parsePath(text));

/** A path as a value inside of a map in braces. */
const quoted = (path: string): string => (/^[\w.-]+$/.test(path) ? path : JSON.stringify(path));

function ofJsonata(code: string): readonly string[] {
  const [, source = '', path = ''] = /^\$states\.(\w+)\.?(.*)$/s.exec(code) ?? [];
  if (!isPath(path)) return [];
  if (source === 'input') return [inputAt(path)];
  if (source === 'result') return [stepExpression('ID', path)];
  return source === 'context' ? ofContext(path) : [];
}

/** What is left of the context object of Step Functions. */
function ofContext(path: string): readonly string[] {
  const [, input] = /^(?:Map\.Item\.Value|Execution\.Input)(?:\.|(?=\[)|$)(.*)$/s.exec(path) ?? [];
  return input === undefined ? [] : [inputAt(input)];
}

const INTRINSICS: { readonly [name: string]: readonly string[] } = {
  Format: ['{ $concat: ["Hello ", { $input: PATH }] }'],
  Array: ['[first, second]'],
  ArrayLength: ['{ $length: list }'],
  ArrayContains: ['{ $in: [value, list] }'],
  ArrayGetItem: ['{ $input: "items[0]" }', '{ $step: ID, path: "items[0]" }'],
};

function ofIntrinsic(name: string): readonly string[] {
  return INTRINSICS[name] ?? [];
}
