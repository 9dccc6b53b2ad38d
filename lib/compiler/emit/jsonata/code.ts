import { heightOf } from './height.ts';
import { bind, partLocal } from './locals.ts';
import { balanced, block, bracket, EMPTY, FALSE, type Jsonata, joinInTens, jsonata, object, TRUE } from './syntax.ts';

/**
 * JSONata under construction: a text, or a tree of texts. Flows may have chains of hundreds of conditions and values that are
 * hundreds of levels deep, but AWS evaluates nothing deeper than 100 levels; {@link written} writes such a tree flat.
 *
 * Evaluating a part never fails. So a part of which only the truth counts may also be evaluated where it is not needed.
 */
export type Code = Jsonata | Branching | Joined | Negated | ObjectCode | ListCode | FirstText;

interface Measured {
  /** How many levels deep it evaluates when it is written as it is. */
  readonly height: number;
  /** The characters that it takes then; a part that occurs twice counts twice. */
  readonly size: number;
}

/** One of two values; only that one is evaluated. */
interface Branching extends Measured {
  readonly kind: 'choose';
  readonly parts: readonly [condition: Code, consequent: Code, alternative: Code];
}

/** Whether all parts, or any, hold. */
interface Joined extends Measured {
  readonly kind: 'and' | 'or';
  readonly parts: readonly Code[];
}

interface Negated extends Measured {
  readonly kind: 'not';
  readonly parts: readonly [Code];
}

interface ObjectCode extends Measured {
  readonly kind: 'object';
  readonly keys: readonly string[];
  readonly parts: readonly Code[];
}

/** A list. JSONata's constructor would flatten the lists among its items. */
interface ListCode extends Measured {
  readonly kind: 'list';
  /** Whether each item may be a list. */
  readonly mayBeList: readonly boolean[];
  readonly parts: readonly Code[];
}

/** The first of two texts, or the second where the first is "". */
interface FirstText extends Measured {
  readonly kind: 'first-text';
  readonly parts: readonly [first: Code, second: Code];
}

type Tree = Exclude<Code, Jsonata>;

/** The levels that a tree adds to those of its parts. */
const LEVELS: { readonly [K in Tree['kind']]: (parts: number) => number } = {
  choose: () => 3,
  and: levelsOfChain,
  or: levelsOfChain,
  not: () => 2,
  object: () => 2,
  list: (parts) => 8 + 2 * Math.ceil(Math.log2(parts + 1)),
  'first-text': () => 5,
};

/** A chain of operators is written in tens, each in brackets. */
function levelsOfChain(parts: number): number {
  return parts <= 10 ? parts + 2 : 12 + levelsOfChain(Math.ceil(parts / 10));
}

/** The characters that a tree adds to each of its parts, roughly. */
const CHARACTERS = 12;

const heightIn = (code: Code): number => (typeof code === 'string' ? heightOf(code) : code.height);
const sizeOf = (code: Code): number => (typeof code === 'string' ? code.length : code.size);

const measured = (kind: Tree['kind'], parts: readonly Code[]): Measured => ({
  height: Math.max(0, ...parts.map(heightIn)) + LEVELS[kind](parts.length),
  size: parts.reduce((sum, part) => sum + sizeOf(part) + CHARACTERS, CHARACTERS),
});

/** One of two values. */
export function eitherOf(condition: Code, consequent: Code, alternative: Code): Code {
  if (condition === TRUE) return consequent;
  if (condition === FALSE) return alternative;
  const parts = [condition, consequent, alternative] as const;
  return { kind: 'choose', parts, ...measured('choose', parts) };
}

/** One of two conditions. */
export function conditionOf(condition: Code, consequent: Code, alternative: Code): Code {
  if (consequent === alternative) return consequent;
  if (consequent === FALSE) return allOf([oppositeOf(condition), alternative]);
  return alternative === FALSE ? allOf([condition, consequent]) : eitherOf(condition, consequent, alternative);
}

/** Whether all conditions hold. */
export const allOf = (conditions: readonly Code[]): Code => joined('and', conditions, TRUE, FALSE);

/** Whether any condition holds. */
export const anyOf = (conditions: readonly Code[]): Code => joined('or', conditions, FALSE, TRUE);

function joined(kind: Joined['kind'], conditions: readonly Code[], neutral: Jsonata, deciding: Jsonata): Code {
  const open = [...new Set(conditions)].filter((condition) => condition !== neutral);
  const [first = neutral, ...more] = open;
  if (open.includes(deciding)) return deciding;
  return more.length === 0 ? first : { kind, parts: open, ...measured(kind, open) };
}

/** The opposite. */
export function oppositeOf(condition: Code): Code {
  if (condition === TRUE) return FALSE;
  if (condition === FALSE) return TRUE;
  return { kind: 'not', parts: [condition], ...measured('not', [condition]) };
}

/** The object with these values. */
export function objectOf(entries: readonly (readonly [string, Code])[]): Code {
  const parts = entries.map(([, value]) => value);
  return { kind: 'object', keys: entries.map(([key]) => key), parts, ...measured('object', parts) };
}

/** The list of these items. */
export function listOf(items: readonly { readonly value: Code; readonly mayBeList: boolean }[]): Code {
  const parts = items.map(({ value }) => value);
  return { kind: 'list', mayBeList: items.map(({ mayBeList }) => mayBeList), parts, ...measured('list', parts) };
}

/** The first of two texts, or the second where that is "". */
export function firstTextOf(first: Code, second: Code): Code {
  if (first === EMPTY) return second;
  if (second === EMPTY) return first;
  return { kind: 'first-text', parts: [first, second], ...measured('first-text', [first, second]) };
}

/** A tree whose parts are written. */
function textOf(tree: Tree, parts: readonly Jsonata[]): Jsonata {
  const [first = EMPTY, second = EMPTY, third = EMPTY] = parts;
  switch (tree.kind) {
    case 'choose':
      return jsonata`(${first} ? ${second} : ${third})`;
    case 'and':
    case 'or':
      return joinInTens(parts.map(bracket), tree.kind);
    case 'not':
      return jsonata`$not(${first})`;
    case 'object':
      return object(tree.keys.map((key, at) => [key, parts[at] ?? EMPTY]));
    case 'list':
      return (
        balanced(
          parts.map((part, at) => itemOf(part, tree.mayBeList[at] === true)),
          append,
        ) ?? jsonata`[]`
      );
    case 'first-text':
      return bind('$text', first, jsonata`$text != "" ? $text : ${second}`);
  }
}

const append = (some: Jsonata, others: Jsonata): Jsonata => jsonata`$append(${some}, ${others})`;

/** A list of one value, to be appended to others. */
export const itemOf = (value: Jsonata, mayBeList: boolean): Jsonata =>
  mayBeList ? bind('$item', value, jsonata`$type($item) = "array" ? [[$item]] : [$item]`) : jsonata`[${value}]`;

/** A tree is written as it is up to so many levels and characters; what is beyond is written flat. */
const NESTED = { height: 36, size: 20_000 };

/** In a tree that is written flat, each part up to so many levels and characters is written as it is. */
const PIECE = { height: 14, size: 1_000 };

const isWithin = (code: Code, { height, size }: typeof PIECE): boolean =>
  heightIn(code) <= height && sizeOf(code) <= size;

/** The text of an expression. It evaluates to the same value however it is written. */
export function written(code: Code): Jsonata {
  if (typeof code === 'string') return code;
  const isShort = isWithin(code, PIECE) || (isWithin(code, NESTED) && repeatedIn(code).size === 0);
  return isShort ? nested(code) : new Flat(code).text();
}

const nested = (code: Code): Jsonata => (typeof code === 'string' ? code : textOf(code, code.parts.map(nested)));

/** The condition under which a part is evaluated; undefined for always. */
type Reached = () => Jsonata | undefined;

const always: Reached = () => undefined;

/**
 * Writes a tree as a block that binds its parts to locals, one after the other, so that nothing in it is deep:
 *
 * ```
 * (c1 ? a : (c2 ? b : c))   becomes   ($part1 := c1; $part2 := $not($part1); $part3 := $part2 and c2; …)
 * ```
 *
 * A value is only evaluated if the conditions before it say so.
 */
class Flat {
  readonly #whole: Tree;
  readonly #bindings: Jsonata[] = [];
  readonly #locals = new Set<Jsonata>();
  /** The parts that occur more than once. */
  readonly #repeated: ReadonlySet<Code>;
  /** The locals of repeated parts. */
  readonly #known = new Map<Code, Jsonata>();

  constructor(whole: Tree) {
    this.#whole = whole;
    this.#repeated = repeatedIn(whole);
  }

  text(): Jsonata {
    const value = this.#piece(this.#whole, always);
    return block([...this.#bindings, value]);
  }

  /** A text of a few levels for a part, whose own parts may be in locals. */
  #piece(code: Code, reached: Reached): Jsonata {
    if (this.#repeated.has(code)) return this.#once(code);
    if (isWithin(code, PIECE) && !this.#holdsRepeated(code)) return nested(code);
    const text = this.#shallow(code, reached);
    return isWithin(text, PIECE) ? text : this.#bind(text, reached());
  }

  /** A part that occurs more than once: it is evaluated once, whether it is needed or not. */
  #once(code: Code): Jsonata {
    const known = this.#known.get(code) ?? this.#bind(this.#shallow(code, always), undefined);
    this.#known.set(code, known);
    return known;
  }

  #holdsRepeated = (code: Code): boolean =>
    this.#repeated.has(code) || (typeof code !== 'string' && code.parts.some(this.#holdsRepeated));

  #shallow(code: Code, reached: Reached): Jsonata {
    if (typeof code === 'string') return code;
    if (code.kind === 'choose') return this.#choice(code, reached);
    const parts = code.parts.map((part) => this.#piece(part, reached));
    // A list constructor flattens a list that is in a local, even if it was written as a list before.
    if (code.kind !== 'list') return textOf(code, parts);
    return textOf(
      { ...code, mayBeList: parts.map((part, at) => code.mayBeList[at] === true || this.#locals.has(part)) },
      parts,
    );
  }

  #choice({ parts: [condition, consequent, alternative] }: Branching, reached: Reached): Jsonata {
    const isSmall = isWithin(consequent, PIECE) && isWithin(alternative, PIECE);
    const test = this.#piece(condition, reached);
    if (isSmall) return jsonata`(${test} ? ${this.#piece(consequent, always)} : ${this.#piece(alternative, always)})`;
    const before = reached();
    const met = this.#bind(written(allOf(before === undefined ? [test] : [before, test])), undefined);
    const value = this.#piece(consequent, () => met);
    let unmet: Jsonata | undefined;
    const other = this.#piece(alternative, () => {
      unmet ??= this.#bind(written(allOf([before ?? TRUE, oppositeOf(met)])), undefined);
      return unmet;
    });
    return jsonata`(${met} ? ${value} : ${other})`;
  }

  /** Binds a local to a text, where that is reached. */
  #bind(text: Jsonata, reached: Jsonata | undefined): Jsonata {
    const local = partLocal(this.#bindings.length + 1);
    this.#locals.add(local);
    this.#bindings.push(jsonata`${local} := ${reached === undefined ? text : jsonata`${reached} ? ${text} : null`}`);
    return local;
  }
}

/** What is long enough to be worth a local of its own where it occurs more than once. */
const WORTH_A_LOCAL = 60;

/** The larger parts that occur more than once in a tree. */
function repeatedIn(whole: Tree): ReadonlySet<Code> {
  const seen = new Set<Code>();
  const repeated = new Set<Code>();
  const visit = (code: Code): void => {
    if (sizeOf(code) < WORTH_A_LOCAL) return;
    if (seen.has(code)) repeated.add(code);
    else {
      seen.add(code);
      if (typeof code !== 'string') code.parts.forEach(visit);
    }
  };
  visit(whole);
  return repeated;
}
