import { type Document, isCollection, isScalar, type Node, visit, type YAMLError } from 'yaml';

/** What is wrong with a text that is not YAML: in the words of authors of flows, and from where to where in characters. */
export interface YamlProblem {
  readonly problem: string;
  readonly range: readonly [number, number];
}

/** A message of `yaml`, reworded: authors know keys, lists and quotes, not mappings, sequences and scalars. */
export function yamlProblem({ message, pos: [at, end] }: YAMLError, source: string, document: Document): YamlProblem {
  const unspaced = unspacedIn(source, at);
  if (unspaced && /^Implicit|^Nested mappings|^Sequence item without/.test(message))
    return { problem: `a space is missing after "${unspaced.text}"`, range: unspaced.range };
  const path = pathAround(source, at);
  if (path)
    return {
      problem: `in braces or brackets, a path with brackets must be in quotes: ${path.quoted}`,
      range: path.range,
    };
  const opened = /^Missing closing|must be .*indented and end with/.test(message)
    ? openedBefore(at, document)
    : undefined;
  if (opened !== undefined) {
    const mark = source.charAt(opened);
    const found = source.charAt(at);
    if (/[\]}]/.test(found)) return { problem: `this ${found} does not close the ${mark} before it`, range: [at, end] };
    return { problem: `this ${mark} is not closed by a ${CLOSING[mark] ?? mark}`, range: [opened, opened + 1] };
  }
  return { problem: reworded(message), range: [at, end] };
}

const CLOSING: { readonly [opening: string]: string } = { '[': ']', '{': '}' };

/** The key or dash in the line at an offset that is not set off by a space: `component:/my/echo`, `-id: a`. */
function unspacedIn(
  source: string,
  at: number,
): { readonly text: string; readonly range: [number, number] } | undefined {
  const start = source.lastIndexOf('\n', at - 1) + 1;
  const [line = ''] = source.slice(start).split('\n', 1);
  const [, before = '', text] = /^(\s*(?:- +)*)([\w$]+:(?=[^\s/]|\/[^/])|-(?=[\w"'{[]))/.exec(line) ?? [];
  return text === undefined ? undefined : { text, range: [start + before.length, start + before.length + text.length] };
}

/** The path at an offset that is not in quotes although its brackets would need that: `{ $step: a, path: items[0].id }`. */
function pathAround(
  source: string,
  at: number,
): { readonly quoted: string; readonly range: [number, number] } | undefined {
  const start = source.lastIndexOf('\n', at - 1) + 1;
  const [line = ''] = source.slice(start).split('\n', 1);
  for (const { index, 0: text } of line.matchAll(/(?<![\w$.[\]-])[\w$.-]*(?:\[[^[\]{},\s]+\][\w$.-]*)+/g)) {
    const from = start + index;
    const mark = text.includes('"') ? "'" : '"';
    if (from < at && at < from + text.length)
      return { quoted: `${mark}${text}${mark}`, range: [from, from + text.length] };
  }
  return undefined;
}

/** The offset of the innermost quote or bracket that was opened before an offset, and not closed until there. */
function openedBefore(at: number, document: Document): number | undefined {
  let found: number | undefined;
  visit(document, {
    Node: (_, node: Node) => {
      const [start = at, end = 0] = node.range ?? [];
      const isOpening = isCollection(node) ? node.flow : isScalar(node) && node.type?.startsWith('QUOTE');
      if (isOpening && start < at && end >= at) found = start;
    },
  });
  return found;
}

/** The first pattern that a message of `yaml` matches gives its rewording. */
const REWORDINGS: readonly (readonly [RegExp, string])[] = [
  [/^Source contains multiple documents/, '"---" starts a second document, but a file holds a single flow'],
  [/^Implicit/, 'here should be a key, a colon and a space, as in "key: value"'],
  [/^Tabs/, 'a tab is used to indent; use spaces'],
  [/end with an? ([\]}])/, 'a "$1" is missing here, which closes a list or map in brackets'],
  [/^Flow end indicator|^Block scalar values .* indented|^Block scalar lines/, 'this line must be indented further'],
  [/^Missing closing (["'])/, 'a $1 is missing that closes a text in quotes'],
  [/^All mapping items/, 'this key is not indented like the other keys of its map'],
  [/^All sequence items/, 'this "-" is not indented like the other items of its list'],
  [/^Sequence item without/, 'this has no "-", and is not indented far enough to belong to the list item above'],
  [/^Plain value cannot start with .*?(\S)$/, 'a text that begins with $1 must be in quotes'],
  [/^Nested mappings/, 'a second colon on one line: put the text in quotes, or begin the map on the next line'],
  [/^A block sequence|^Unexpected block-seq-ind/, 'a list that is not in brackets begins on the line after its key'],
  [/^Block collections? .*within/, 'inside brackets, lists and maps are written in brackets, too'],
  [
    /^Invalid escape sequence (.+)/s,
    '$1 means nothing in double quotes; write \\\\ for a backslash, or use single quotes',
  ],
  [/^Missing space after :/, 'a space is missing after the colon'],
  [/^Missing , or :/, 'a comma or a colon is missing here'],
  [/^Missing , /, 'a comma is missing before this'],
  [/^Unexpected ,|^Unexpected empty item/, 'there is a comma too many'],
  [
    /^Unexpected (?:double|single)-quoted-scalar|^Unexpected scalar/,
    'a value has ended before this; a comma may be missing, or a quote may end it too early',
  ],
  [/^Comments must/, 'a space is missing before the #'],
  [/^Tags and anchors must be separated/, 'a space is missing after the name behind "&" or "!"'],
  [/^(?:Anchor|Alias) cannot be an empty/, 'a name is missing after "&" or "*"'],
  [/^(?:Anchor|Alias) ending in :/, 'a space is missing between the name and the colon'],
  [/^An alias node/, 'an alias (*name) cannot have an anchor or a tag'],
  [/^Anchors and tags must be after/, 'an anchor or a tag stands behind the "-", "?" or ":"'],
  [/^A node can have at most one (\w+)/, 'a value can have only one $1'],
  [/at most 1024/, 'a key can have at most 1,024 characters'],
  [/^Block scalar header|^Unexpected token in block scalar/, 'after "|" or ">" the text begins on the next line'],
  [/^Block scalars with more-indented/, 'the empty lines at the start of this text are indented further than the text'],
  [/directives|directive|^Missing newline/i, 'this cannot stand here: check the lines that begin with "%" or "---"'],
  [/^Unresolved tag: (\S+)|^(\S+) used for/, 'the tag $1$2 means nothing here'],
];

function reworded(message: string): string {
  const [line = ''] = message.split('\n', 1);
  for (const [pattern, words] of REWORDINGS) {
    const found = pattern.exec(line);
    if (found) return words.replace(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? '');
  }
  return 'this is not expected here';
}
