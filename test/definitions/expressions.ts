import jsonata from 'jsonata';

/** What an expression refers to. */
export interface Reads {
  /** The variables that are not its own: those of the state machine, functions, `states`. */
  readonly variables: ReadonlySet<string>;
  /** The fields of `$states`. */
  readonly states: ReadonlySet<string>;
  /** Why it is no expression, where it is none. */
  readonly fault?: string;
}

/** The expressions in a template, without their brackets. */
export function expressionsIn(template: unknown): readonly string[] {
  if (typeof template === 'string') return /^\{%[\s\S]*%\}$/.test(template) ? [template.slice(2, -2)] : [];
  if (typeof template !== 'object' || template === null) return [];
  return Object.values(template).flatMap(expressionsIn);
}

const MOST_KNOWN = 50_000;
const known = new Map<string, Reads>();

/** What an expression reads, remembered: the definitions of a test have many in common. */
export function readsOf(expression: string): Reads {
  const found = known.get(expression) ?? parse(expression);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(expression, found);
  return found;
}

function parse(expression: string): Reads {
  const found = new Found();
  try {
    found.visit(jsonata(expression).ast());
  } catch (error) {
    return { variables: new Set(), states: new Set(), fault: String(Object(error).message ?? error) };
  }
  const { variables, states, bound } = found;
  for (const own of bound) variables.delete(own);
  return { variables, states };
}

/** Collects from a syntax tree. A name that is bound anywhere in an expression counts as its own everywhere in it. */
class Found {
  readonly variables = new Set<string>();
  readonly states = new Set<string>();
  readonly bound = new Set<string>();
  readonly #seen = new Set<object>();

  visit(node: unknown): void {
    if (typeof node !== 'object' || node === null || node instanceof RegExp || this.#seen.has(node)) return;
    this.#seen.add(node);
    if (Array.isArray(node)) {
      for (const item of node) this.visit(item);
      return;
    }
    const { type, value, lhs, rhs, arguments: given, body, steps, focus, index, ...rest }: Node = { ...node };
    for (const name of [focus, index]) if (typeof name === 'string') this.bound.add(name);
    // `$` and `$$` are values that the expression itself goes through.
    if (type === 'variable' && value !== '' && value !== '$') this.variables.add(String(value));
    if (type === 'bind') this.#bind([lhs]);
    else this.visit(lhs);
    if (type === 'lambda') this.#bind(given);
    else this.visit(given);
    if (type === 'path') this.#visitStates(steps);
    for (const part of [rhs, body, steps, ...Object.values(rest)]) this.visit(part);
  }

  #bind(names: unknown): void {
    for (const name of Array.isArray(names) ? names : []) this.bound.add(String(Object(name).value));
  }

  #visitStates(steps: unknown): void {
    const [first, second] = Array.isArray(steps) ? steps.map(Object) : [];
    if (first?.type === 'variable' && first.value === 'states') this.states.add(String(second?.value));
  }
}

interface Node {
  readonly type?: unknown;
  readonly value?: unknown;
  readonly lhs?: unknown;
  readonly rhs?: unknown;
  readonly arguments?: unknown;
  readonly body?: unknown;
  readonly steps?: unknown;
  readonly focus?: unknown;
  readonly index?: unknown;
}
