import { Document, type YAMLMap } from 'yaml';
import type { Edit } from '../flow/text/edits.ts';

/** An edit that prints a map of a document again, at its place in the text that the document was read from. */
export function printNode(text: string, node: YAMLMap): Edit {
  const [from = 0, to = 0] = node.range ?? [];
  const lineStart = text.lastIndexOf('\n', from - 1) + 1;
  const indent = / */.exec(text.slice(lineStart))?.[0] ?? '';
  const printed = isJson(text) ? printJson(text, node) : printYaml(text, node);
  // A block goes on below its first line; what is in brackets goes on below the line that it begins in.
  const space = isJson(text) || node.flow ? indent : ' '.repeat(from - lineStart);
  const lines = printed.trimEnd().split('\n');
  const indented = lines.map((line, at) => (at === 0 || line === '' ? line : space + line)).join('\n');
  return { from, to, text: indented + (/\s*$/.exec(text.slice(from, to))?.[0] ?? '') };
}

const isJson = (text: string): boolean => /^\s*\{\s*"/.test(text);

function printJson(text: string, node: YAMLMap): string {
  const step = /^\s*\{\r?\n(\s+)/.exec(text)?.[1];
  return JSON.stringify(new Document(node).toJS(), null, step);
}

function printYaml(text: string, node: YAMLMap): string {
  const bare = node.clone() as YAMLMap;
  // What stands before and after a node is outside of its range, and stays where it is.
  bare.commentBefore = null;
  bare.comment = null;
  bare.spaceBefore = false;
  delete bare.anchor;
  return new Document(bare).toString({ lineWidth: 0, indentSeq: isSeqIndented(text), verifyAliasOrder: false });
}

/** Whether the lists of a text stand further in than the keys that they belong to: the first list of a key says. */
function isSeqIndented(text: string): boolean {
  const first = /^([ -]*)[\w$'"-]+:[ ]*(?:#[^\n]*)?\n( *)- /m.exec(text);
  return first === null || (first[2] ?? '').length > (first[1] ?? '').length;
}
