import { isObject } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import type { Problems } from './definition-error.ts';
import type { JsonPointer } from './json-pointer.ts';
import type { Section } from './section.ts';

/** The variable names that the states of one machine assign, and the scopes of the machines inside it. */
export class ScopeNode {
  readonly #assigned = new Map<string, JsonPointer>();
  readonly #inner: ScopeNode[] = [];
  /** The enclosing scope, if its variables are visible here. */
  readonly #outer: ScopeNode | undefined;

  constructor(outer?: ScopeNode) {
    this.#outer = outer;
  }

  /** The scope of a branch or an iteration inside this one. */
  inner(): ScopeNode {
    return this.#add(new ScopeNode(this));
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
  addState(state: Section): void {
    for (const section of [state, ...lists(state, 'Choices'), ...lists(state, 'Catch')]) {
      const assign = section.value.Assign;
      if (typeof assign !== 'object' || assign === null) continue;
      for (const key of Object.keys(assign)) {
        const name = state.language === 'JSONPath' ? key.replace(/\.\$$/, '') : key;
        this.#assigned.set(name, section.pointer.below('Assign').below(key));
        checkName(name, section);
      }
    }
  }

  /** Reports each Assign in an inner scope that assigns a name of an outer scope. */
  check(problems: Problems): void {
    for (const [name, pointer] of this.#assigned) {
      const other = this.#outer?.find(name);
      if (other === undefined) continue;
      const message = `Variable '${name}' is already assigned in an outer scope, at ${other.location}.`;
      problems.add(pointer, message, { code: 'INVALID_VARIABLE_NAME', help: 'choose another name' });
    }
    for (const node of this.#inner) node.check(problems);
  }

  /** Where a name is assigned, in this scope or an outer one. */
  find(name: string): JsonPointer | undefined {
    return this.#assigned.get(name) ?? this.#outer?.find(name);
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
