import { distance } from 'fastest-levenshtein';
import type { Reporter, Span } from '../../diagnostics/diagnostics.ts';
import { schemaPattern } from '../../protocol/bounded-pattern.ts';
import { nearest } from '../text/nearest.ts';
import { describe, type Entry, type Tree } from '../text/tree.ts';
import { ANNOTATIONS, ASSERTIONS, type KeywordValue, SCHEMA_TYPES } from './schema-keywords.ts';

/**
 * Reports what no JSON Schema has, at its place: a value that its keyword does not take, and a misspelt keyword. Both would
 * leave values unchecked without a word. Other unknown keywords are somebody's own, as JSON Schema allows. `name`: of the whole
 * schema, for messages; `roots`: the documents that its references may point into.
 */
export function checkSchema(schema: Tree, name: string, reporter: Reporter, roots: readonly Tree[] = [schema]): void {
  new SchemaCheck(reporter, roots).schema(schema, name);
}

/** A value that needs no look inside. */
interface PlainCheck {
  readonly wanted: string;
  readonly fits: (tree: Tree) => boolean;
}

const PLAIN_VALUES = {
  anything: { wanted: 'anything', fits: () => true },
  boolean: { wanted: 'true or false', fits: isBoolean },
  count: {
    wanted: 'a whole number of at least 0',
    fits: (tree) => isNumber(tree, (n) => Number.isInteger(n) && n >= 0),
  },
  number: { wanted: 'a number', fits: (tree) => isNumber(tree) },
  factor: { wanted: 'a number above 0', fits: (tree) => isNumber(tree, (n) => n > 0) },
  string: { wanted: 'a string', fits: isString },
  list: { wanted: 'a list', fits: (tree) => tree.kind === 'list' },
  values: {
    wanted: 'a list of at least one value',
    fits: (tree) => tree.kind === 'list' && tree.items.length > 0,
  },
} as const satisfies { readonly [K in KeywordValue]?: PlainCheck };

type PlainValue = keyof typeof PLAIN_VALUES;

const NO_SCHEMA = 'a schema: a map such as { type: string }, true or false';

class SchemaCheck {
  readonly #reporter: Reporter;
  readonly #roots: readonly Tree[];

  constructor(reporter: Reporter, roots: readonly Tree[]) {
    this.#reporter = reporter;
    this.#roots = roots;
  }

  schema(tree: Tree, name: string): void {
    if (tree.kind === 'map') for (const [key, entry] of tree.entries) this.#keyword(key, entry, name);
    else if (!isBoolean(tree)) this.#wrong(tree, name, NO_SCHEMA);
  }

  #keyword(key: string, entry: Entry, name: string): void {
    const value = ASSERTIONS.get(key) ?? ANNOTATIONS.get(key);
    if (value !== undefined) this.#value(value, entry.value, `"${key}" of ${name}`, name);
    else this.#unknown(key, entry, name);
  }

  #unknown(keyword: string, { key: place }: Entry, name: string): void {
    const meant = misspeltKeyword(keyword);
    if (meant !== undefined) this.#reporter.report('unknown-keyword', { keyword, where: name, nearest: meant }, place);
  }

  /** `what` names the value; `of` the schema that has it. */
  #value(kind: KeywordValue, tree: Tree, what: string, of: string): void {
    if (kind in PLAIN_VALUES) this.#plain(PLAIN_VALUES[kind as PlainValue], tree, what);
    else this.#checks[kind as Exclude<KeywordValue, PlainValue>](tree, what, of);
  }

  readonly #checks: {
    readonly [K in Exclude<KeywordValue, PlainValue>]: (tree: Tree, what: string, of: string) => void;
  } = {
    names: (tree, what) => this.#names(tree, what),
    pattern: (tree, what) => this.#pattern(tree, what),
    reference: (tree, what) => this.#reference(tree, what),
    type: (tree, what) => this.#type(tree, what),
    schema: (tree, what) => this.schema(tree, what),
    schemas: (tree, what) => this.#schemas(tree, what),
    'schema or list': (tree, what) => {
      if (tree.kind === 'list') this.#items(tree.items, what);
      else this.schema(tree, what);
    },
    'schemas by name': (tree, what, of) =>
      this.#each(tree, what, 'a map of schemas by name', (value, key) => this.schema(value, `"${key}" of ${of}`)),
    'schemas by pattern': (tree, what, of) =>
      this.#each(tree, what, 'a map of schemas by regular expression', (value, key, entry) => {
        this.#regex(key, entry.key);
        this.schema(value, `"${key}" of ${of}`);
      }),
    'names by field': (tree, what) =>
      this.#each(tree, what, 'a map of lists of field names', (value, key) =>
        this.#names(value, `"${key}" of ${what}`),
      ),
    'schema or names by field': (tree, what) =>
      this.#each(tree, what, 'a map of schemas, or of lists of field names', (value, key) =>
        value.kind === 'list' ? this.#names(value, `"${key}" of ${what}`) : this.schema(value, `"${key}" of ${what}`),
      ),
  };

  #plain({ wanted, fits }: PlainCheck, tree: Tree, what: string): void {
    if (!fits(tree)) this.#wrong(tree, what, wanted);
  }

  #each(tree: Tree, what: string, wanted: string, check: (value: Tree, key: string, entry: Entry) => void): void {
    if (tree.kind === 'map') for (const [key, entry] of tree.entries) check(entry.value, key, entry);
    else this.#wrong(tree, what, wanted);
  }

  #schemas(tree: Tree, what: string): void {
    if (tree.kind === 'list' && tree.items.length > 0) this.#items(tree.items, what);
    else this.#wrong(tree, what, 'a list of at least one schema');
  }

  #items(items: readonly Tree[], what: string): void {
    for (const [index, item] of items.entries()) this.schema(item, `item ${index} of ${what}`);
  }

  #type(tree: Tree, what: string): void {
    const wanted = `one of ${SCHEMA_TYPES.join(', ')}`;
    if (tree.kind === 'list' && tree.items.length > 0) {
      for (const item of tree.items) if (!isType(item)) this.#wrongType(item, `an item of ${what}`, wanted);
    } else if (!isType(tree)) this.#wrongType(tree, what, `${wanted}, or a list of these`);
  }

  #wrongType(tree: Tree, what: string, wanted: string): void {
    const meant = isString(tree) ? nearest(tree.value, [...SCHEMA_TYPES, ...OTHER_NAMES.keys()]) : undefined;
    this.#wrong(tree, what, wanted, meant && (OTHER_NAMES.get(meant) ?? meant));
  }

  #names(tree: Tree, what: string): void {
    const name: PlainCheck = { wanted: 'the name of a field', fits: isString };
    if (tree.kind === 'list') for (const item of tree.items) this.#plain(name, item, `an item of ${what}`);
    else this.#wrong(tree, what, 'a list of field names', isString(tree) ? `[${tree.value}]` : undefined);
  }

  #pattern(tree: Tree, what: string): void {
    if (isString(tree)) this.#regex(tree.value, tree.span);
    else this.#wrong(tree, what, 'a regular expression');
  }

  #regex(pattern: string, span: Span): void {
    const problem = regexProblem(pattern);
    if (problem !== undefined) this.#reporter.report('bad-regex', { pattern, problem }, span);
  }

  /** A reference into another document, or by an anchor, may be right. */
  #reference(tree: Tree, what: string): void {
    if (!isString(tree)) this.#wrong(tree, what, 'a string such as #/$defs/name');
    else if (/^#(\/|$)/.test(tree.value) && !this.#roots.some((root) => leadsSomewhere(tree.value, root)))
      this.#wrong(tree, what, 'the place of a schema in the same document, such as #/$defs/name,');
  }

  #wrong(tree: Tree, what: string, wanted: string, meant?: string): void {
    this.#reporter.report('bad-schema', { what, found: describe(tree), wanted, nearest: meant }, tree.span);
  }
}

/** What types are called elsewhere. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['str', 'string'],
  ['text', 'string'],
  ['int', 'integer'],
  ['float', 'number'],
  ['double', 'number'],
  ['bool', 'boolean'],
  ['list', 'array'],
  ['map', 'object'],
  ['dict', 'object'],
]);

/**
 * The keyword of which `written` can only be a misspelling: it differs in case, in underscores or by a letter; in long ones, by
 * two. Short words are too near to each other to tell.
 */
function misspeltKeyword(written: string): string | undefined {
  const plain = plainly(written);
  return [...ASSERTIONS.keys()].find((keyword) => {
    const differs = distance(plain, plainly(keyword));
    return differs === 0 || (keyword.length > 4 && differs <= (keyword.length > 7 ? 2 : 1));
  });
}

const plainly = (keyword: string): string => keyword.replace(/[-_]/g, '').toLowerCase();

type StringTree = Extract<Tree, { kind: 'scalar' }> & { readonly value: string };

function isString(tree: Tree): tree is StringTree {
  return tree.kind === 'scalar' && typeof tree.value === 'string';
}

function isBoolean(tree: Tree): boolean {
  return tree.kind === 'scalar' && typeof tree.value === 'boolean';
}

function isNumber(tree: Tree, fits: (value: number) => boolean = () => true): boolean {
  return tree.kind === 'scalar' && typeof tree.value === 'number' && fits(tree.value);
}

const isType = (tree: Tree): boolean => isString(tree) && SCHEMA_TYPES.some((type) => type === tree.value);

/** What is wrong with a regular expression. */
function regexProblem(pattern: string): string | undefined {
  try {
    schemaPattern(pattern);
    return undefined;
  } catch (error) {
    return String(error instanceof Error ? error.message : error).replace(/^.*: /, '');
  }
}

/** Whether a reference such as `#/$defs/name` leads to a part of the document. */
function leadsSomewhere(reference: string, root: Tree): boolean {
  const segments = reference.slice(1).split('/').slice(1);
  return (
    segments.reduce<Tree | undefined>((here, segment) => {
      const key = decoded(segment).replaceAll('~1', '/').replaceAll('~0', '~');
      if (here?.kind === 'list') return here.items[Number(key)];
      return here?.kind === 'map' ? here.entries.get(key)?.value : undefined;
    }, root) !== undefined
  );
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
