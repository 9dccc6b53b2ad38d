import { isObject } from '../runtime/json.ts';
import type { Problem } from './failures.ts';
import type { Section } from './section.ts';

/** The names that the states of one machine assign, and the machines inside it. */
export class ScopeNode {
  readonly #assigned = new Map<string, string>();
  readonly #inner: ScopeNode[] = [];
  readonly #isolated: ScopeNode[] = [];

  /** The scope of a branch or an iteration inside this one. */
  inside(): ScopeNode {
    const node = new ScopeNode();
    this.#inner.push(node);
    return node;
  }

  /** The scope of a child execution: it sees nothing of this one. */
  isolated(): ScopeNode {
    const node = new ScopeNode();
    this.#isolated.push(node);
    return node;
  }

  /** Notes what a state assigns: itself, in its Choice rules, in its Catch. */
  note(state: Section): void {
    for (const section of [state, ...lists(state, 'Choices'), ...lists(state, 'Catch')]) {
      const assign = section.value.Assign;
      if (typeof assign !== 'object' || assign === null) continue;
      for (const key of Object.keys(assign)) {
        const name = state.language === 'JSONPath' ? key.replace(/\.\$$/, '') : key;
        this.#assigned.set(name, `${section.pointerTo('Assign')}/${key}`);
        if (name === 'states' || !NAME.test(name))
          section.problem(`found the variable '${name}', wanted ${WANTED}`, 'Assign');
      }
    }
  }

  /** An inner scope may not assign a name that an outer one assigns: each such place is a problem. */
  check(problems: Problem[], outer: ReadonlyMap<string, string> = new Map()): void {
    for (const [name, pointer] of this.#assigned) {
      const other = outer.get(name);
      if (other === undefined) continue;
      problems.push({
        pointer,
        message: `the variable '${name}' is assigned in an outer scope, at ${other}: choose another name`,
      });
    }
    for (const node of this.#inner) node.check(problems, new Map([...outer, ...this.#assigned]));
    for (const node of this.#isolated) node.check(problems);
  }
}

/** Source: "Passing data between states with variables", AWS Step Functions developer guide. */
const NAME = /^[\p{L}_][\p{L}\p{N}_]{0,79}$/u;
const WANTED = "a name of at most 80 letters, digits and '_', not beginning with a digit, and not 'states'";

/** Lists that are no lists of objects are told of where they are compiled. */
function lists(state: Section, key: string): readonly Section[] {
  const list = state.value[key];
  return Array.isArray(list) && list.every(isObject) ? state.sections(key) : [];
}
