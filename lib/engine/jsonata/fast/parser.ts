import type { Ast } from './ast.ts';
import { type Token, Tokenizer, UNSUPPORTED, unsupported } from './tokenizer.ts';

/**
 * The syntax tree of an expression as the package would parse it, but without positions. Undefined for an expression that
 * is not in the subset or not valid JSONata. It exists because parsing with the package would dominate the time of loading.
 */
export function parseFast(source: string): Ast | undefined {
  try {
    return new Parser(source).parse();
  } catch (thrown) {
    if (thrown === UNSUPPORTED) return undefined;
    throw thrown;
  }
}

/** The left binding power of each operator. Source: the package's own table. */
const BINDING_POWER: Readonly<Record<string, number>> = {
  ':=': 10,
  '?': 20,
  or: 25,
  and: 30,
  in: 40,
  '=': 40,
  '!=': 40,
  '<': 40,
  '<=': 40,
  '>': 40,
  '>=': 40,
  '+': 50,
  '-': 50,
  '&': 50,
  '*': 60,
  '.': 75,
  '[': 80,
  '(': 80,
  // A grouping, which the subset does not have.
  '{': 70,
};

/** A node under construction: predicates after it are added to it. */
type Node = { -readonly [K in keyof Ast]: Ast[K] };

const node = (type: string, value: unknown, more: Readonly<Record<string, unknown>> = {}): Node => ({
  type,
  value,
  ...more,
});

/** An operator precedence (Pratt) parser, like the package's. */
class Parser {
  readonly #tokens: Tokenizer;
  #token: Token;

  constructor(source: string) {
    this.#tokens = new Tokenizer(source);
    this.#token = this.#tokens.next();
  }

  parse(): Ast {
    const tree = this.#expression(0);
    return this.#token.kind === 'end' ? tree : unsupported();
  }

  #take(): Token {
    const token = this.#token;
    this.#token = this.#tokens.next();
    return token;
  }

  #is(operator: string): boolean {
    return this.#token.kind === 'operator' && this.#token.value === operator;
  }

  #expect(operator: string): void {
    if (!this.#is(operator)) unsupported();
    this.#take();
  }

  /** The binding power of the next token; 0, which ends an expression, if it is not an operator. */
  get #bindingPower(): number {
    const { kind, value } = this.#token;
    return kind === 'operator' ? (BINDING_POWER[String(value)] ?? 0) : 0;
  }

  #expression(binding: number): Node {
    let left = this.#prefix();
    while (binding < this.#bindingPower) left = this.#infix(left, String(this.#take().value));
    return left;
  }

  #prefix(): Node {
    const { kind, value } = this.#take();
    if (kind === 'name') return node('path', undefined, { steps: [node('name', value)] });
    if (kind === 'end') return unsupported();
    if (kind !== 'operator') return node(kind, value);
    if (value === '(') return this.#block();
    if (value === '[') return node('unary', '[', { expressions: this.#list(']') });
    if (value === '{') return this.#object();
    return value === '-' ? this.#negative() : unsupported();
  }

  #negative(): Node {
    const { kind, value } = this.#take();
    if (kind !== 'number' || typeof value !== 'number' || this.#bindingPower > 70) return unsupported();
    return node('number', -value);
  }

  /** Zero or more expressions separated by commas, up to `end`. */
  #list(end: string): Node[] {
    const items: Node[] = [];
    if (!this.#is(end)) {
      items.push(this.#expression(0));
      while (this.#is(',')) {
        this.#take();
        items.push(this.#expression(0));
      }
    }
    this.#expect(end);
    return items;
  }

  #block(): Node {
    const expressions: Node[] = [];
    while (!this.#is(')')) {
      expressions.push(this.#expression(0));
      if (!this.#is(';')) break;
      this.#take();
    }
    this.#expect(')');
    return node('block', undefined, { expressions });
  }

  #object(): Node {
    const lhs: [Node, Node][] = [];
    if (!this.#is('}')) {
      do {
        if (lhs.length > 0) this.#take();
        const key = this.#expression(0);
        this.#expect(':');
        lhs.push([key, this.#expression(0)]);
      } while (this.#is(','));
    }
    this.#expect('}');
    return node('unary', '{', { lhs });
  }

  #infix(left: Node, operator: string): Node {
    switch (operator) {
      case '.':
        return this.#step(left);
      case '[':
        return this.#predicate(left);
      case '(':
        return this.#call(left);
      case '?':
        return this.#condition(left);
      case '{':
        return unsupported();
      case ':=':
        if (left.type !== 'variable' || left.predicate !== undefined) unsupported();
        return node('bind', ':=', { lhs: left, rhs: this.#expression(9) });
      default:
        return node('binary', operator, { lhs: left, rhs: this.#expression(BINDING_POWER[operator] ?? unsupported()) });
    }
  }

  /** A field of a variable or of a path. Brackets after the name belong to the name. */
  #step(left: Node): Node {
    if (left.type !== 'variable' && left.type !== 'path') unsupported();
    const { kind, value } = this.#take();
    if (kind !== 'name') unsupported();
    let step = node('path', undefined, { steps: [node('name', value)] });
    while (this.#is('[')) {
      this.#take();
      step = this.#predicate(step);
    }
    if (this.#is('(')) unsupported();
    return node('path', undefined, {
      steps: left.type === 'path' ? [...stepsOf(left), ...stepsOf(step)] : [left, ...stepsOf(step)],
    });
  }

  #predicate(left: Node): Node {
    if (this.#is(']')) unsupported();
    const filter = node('filter', undefined, { expr: this.#expression(0) });
    this.#expect(']');
    const [target, key] =
      left.type === 'path' ? [stepsOf(left).at(-1) ?? unsupported(), 'stages'] : [left, 'predicate'];
    const filters = target[key];
    target[key] = Array.isArray(filters) ? [...filters, filter] : [filter];
    return left;
  }

  #call(left: Node): Node {
    if (left.type !== 'variable' || left.predicate !== undefined) unsupported();
    return node('function', '(', { arguments: this.#list(')'), procedure: left });
  }

  #condition(condition: Node): Node {
    const then = this.#expression(0);
    if (!this.#is(':')) return node('condition', undefined, { condition, then });
    this.#take();
    return node('condition', undefined, { condition, then, else: this.#expression(0) });
  }
}

/** The steps of a path of this parser. */
const stepsOf = ({ steps }: Node): Node[] => steps as Node[];
