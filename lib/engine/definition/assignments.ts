import { isObject } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import type { Problems } from './definition-error.ts';
import type { JsonPointer } from './json-pointer.ts';
import type { Section } from './section.ts';

/** Where a variable is assigned. */
interface Assignment {
  readonly pointer: JsonPointer;
  /** The state whose Catch assigns it, after all branches or iterations inside that state. */
  readonly catchOf: string | undefined;
}

/** The variable names that the states of one machine assign, and the scopes of the machines inside it. */
export class ScopeNode {
  readonly #assigned = new Map<string, Assignment[]>();
  readonly #inner: ScopeNode[] = [];
  /** The enclosing scope, if its variables are visible here. */
  readonly #outer: ScopeNode | undefined;
  /** The state of the enclosing scope that this scope is inside. */
  readonly #state: string | undefined;

  constructor(outer?: ScopeNode, state?: string) {
    this.#outer = outer;
    this.#state = state;
  }

  /** The scope of a branch or an iteration inside a state of this one. */
  inner(state: string): ScopeNode {
    return this.#add(new ScopeNode(this, state));
  }

  /** The scope of a child execution, which sees no variables of this one. */
  isolated(): ScopeNode {
    return this.#add(new ScopeNode());
  }

  #add(node: ScopeNode): ScopeNode {
    this.#inner.push(node);
    return node;
  }

  /** Adds the names that a state assigns: in its own Assign, in its Choice rules, in its Catch. */
  addState(name: string, state: Section): void {
    for (const section of [state, ...lists(state, 'Choices')]) this.#addAssign(section, undefined);
    for (const section of lists(state, 'Catch')) this.#addAssign(section, name);
  }

  #addAssign(section: Section, catchOf: string | undefined): void {
    const assign = section.value.Assign;
    if (typeof assign !== 'object' || assign === null) return;
    for (const key of Object.keys(assign)) {
      const name = section.language === 'JSONPath' ? key.replace(/\.\$$/, '') : key;
      const assignment = { pointer: section.pointer.below('Assign').below(key), catchOf };
      this.#assigned.set(name, [assignment, ...(this.#assigned.get(name) ?? [])]);
      checkName(name, section);
    }
  }

  /** Reports each Assign in an inner scope that assigns a name of an outer scope. */
  check(problems: Problems): void {
    for (const [name, [latest]] of this.#assigned) {
      const other = this.#findOutside(name);
      if (other === undefined || latest === undefined) continue;
      const message = `Variable '${name}' is already assigned in an outer scope, at ${other.location}.`;
      problems.add(latest.pointer, message, { code: 'INVALID_VARIABLE_NAME', help: 'choose another name' });
    }
    for (const node of this.#inner) node.check(problems);
  }

  /** Where an outer scope assigns a name, other than in a Catch of the state that this scope is inside. */
  #findOutside(name: string): JsonPointer | undefined {
    const outer = this.#outer;
    if (outer === undefined) return undefined;
    const assignments = outer.#assigned.get(name) ?? [];
    const found = assignments.find(({ catchOf }) => catchOf === undefined || catchOf !== this.#state);
    return found?.pointer ?? outer.#findOutside(name);
  }
}

/**
 * Unicode's identifiers. Source: "Passing data between states with variables", AWS Step Functions developer guide; the
 * characters: "Variable names", Amazon States Language, https://states-language.net.
 */
const NAME = new RegExp(String.raw`^\p{ID_Start}\p{ID_Continue}{0,${QUOTAS.name - 1}}$`, 'u');
const HELP = `a name begins with a letter, and has at most ${QUOTAS.name} letters, digits and '_'`;

function checkName(name: string, section: Section): void {
  const pointer = section.pointer.below('Assign').below(name);
  if (name === 'states') {
    const message = "Cannot assign to reserved variable '$states'.";
    section.problems.add(pointer, message, { code: 'RESERVED_VARIABLE_NAME', help: 'choose another name' });
  } else if (!NAME.test(name)) {
    const message = `Invalid variable name '${name}': the variable name contains invalid characters.`;
    section.problems.add(pointer, message, { code: 'INVALID_VARIABLE_NAME', help: HELP });
  }
}

/** A list with an item that is not an object is reported where it is compiled. */
function lists(state: Section, key: string): readonly Section[] {
  const list = state.value[key];
  return Array.isArray(list) && list.every(isObject) ? state.sections(key) : [];
}
