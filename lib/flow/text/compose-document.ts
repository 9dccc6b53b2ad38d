import {
  Composer,
  type CST,
  type Document,
  type DocumentOptions,
  Lexer,
  LineCounter,
  type ParseOptions,
  Parser,
  type SchemaOptions,
  YAMLParseError,
} from 'yaml';
import { DEPTH_LIMIT } from '../../protocol/json.ts';

/** The document of a YAML text; or, if it is nested too deep, the offset of the first list or map that is. */
export type Composed =
  | { readonly lines: LineCounter; readonly document: Document }
  | { readonly lines: LineCounter; readonly tooDeepAt: number };

/** Options of `yaml`. */
type ComposeOptions = ParseOptions & DocumentOptions & SchemaOptions;

/** Those for flows. What it reports is made pretty elsewhere, and keys are checked by the reader. */
const OPTIONS = { prettyErrors: false, uniqueKeys: false, logLevel: 'error' } as const;

/** The words of `yaml` for a second document. */
const SECOND = 'Source contains multiple documents';

/**
 * Does what `parseDocument` of `yaml` does, but counts the levels of lists and maps while it reads the tokens: documents are
 * composed recursively, and a text that is a few thousand levels deep would exhaust the stack, or all of the memory.
 */
export function composeDocument(source: string, options: ComposeOptions = OPTIONS): Composed {
  const lines = new LineCounter();
  try {
    const documents = new Composer(options).compose(tokensOf(source, lines), true, source.length);
    const [document, second] = firstTwo(documents);
    if (!document) throw new Error('A YAML stream without a document.');
    if (second) document.errors.push(new YAMLParseError([second.range[0], second.range[1]], 'MULTIPLE_DOCS', SECOND));
    return { lines, document };
  } catch (error) {
    if (error instanceof TooDeep) return { lines, tooDeepAt: error.offset };
    throw error;
  }
}

function firstTwo<T>(all: Iterable<T>): readonly T[] {
  const found: T[] = [];
  for (const one of all) if (found.push(one) === 2) break;
  return found;
}

class TooDeep extends Error {
  readonly offset: number;
  constructor(offset: number) {
    super('The text is nested too deep.');
    this.offset = offset;
  }
}

/** The tokens of a text. Throws {@link TooDeep} as soon as a list or map is inside of too many. */
function* tokensOf(source: string, lines: LineCounter): Generator<CST.Token, void> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(source)) {
    yield* parser.next(lexeme);
    // The stack has the document, the lists and maps around the current token, and that token.
    if (parser.stack.length > DEPTH_LIMIT) checkDepth(parser.stack);
  }
  yield* parser.end();
}

function checkDepth(stack: readonly CST.Token[]): void {
  const collections = stack.filter(({ type }) => COLLECTIONS.has(type));
  const first = collections[DEPTH_LIMIT];
  if (first) throw new TooDeep(first.offset);
}

const COLLECTIONS: ReadonlySet<string> = new Set(['block-map', 'block-seq', 'flow-collection']);
