/** A string; brackets; what separates parts; operators. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[[({]|[\])}]|[,;]|:=|[!<>]?=|[<>?&]| (?:and|or|in) /g;

/** A pair of brackets is a block, or a call with what it applies. */
const LEVELS_OF_BRACKETS = 2;

/** A variable, and a path of it. */
const LEVELS_OF_VALUE = 2;

/**
 * How many levels deep an expression evaluates, by its text: never less than it does, since each pair of brackets and each
 * operator counts.
 */
export function heightOf(text: string): number {
  const open: Level[] = [];
  let here = newLevel();
  for (const [token] of text.matchAll(TOKEN)) {
    switch (token) {
      case '(':
      case '[':
      case '{':
        open.push(here);
        here = newLevel();
        break;
      case ')':
      case ']':
      case '}': {
        const inner = levelsOf(here) + LEVELS_OF_BRACKETS;
        here = open.pop() ?? newLevel();
        here.inner = Math.max(here.inner, inner);
        break;
      }
      case ',':
      case ';':
        here.before = levelsOf(here);
        here.inner = LEVELS_OF_VALUE;
        here.operators = 0;
        break;
      default:
        if (!token.startsWith('"')) here.operators += 1;
    }
  }
  return levelsOf(here);
}

/** What is inside a pair of brackets: the levels of the parts before, and of the part that is being read. */
interface Level {
  before: number;
  inner: number;
  operators: number;
}

const newLevel = (): Level => ({ before: 0, inner: LEVELS_OF_VALUE, operators: 0 });

const levelsOf = ({ before, inner, operators }: Level): number => Math.max(before, inner + operators);
