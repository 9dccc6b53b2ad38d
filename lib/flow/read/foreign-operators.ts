/** What is written here instead of the operators of other languages, and of matchers of test cases. */
const hints = (...groups: readonly (readonly [names: string, instead: string])[]): ReadonlyMap<string, string> =>
  new Map(groups.flatMap(([names, instead]) => names.split(' ').map((name) => [name, instead] as const)));

const pair = (key: string): string => `Write { ${key}: [first, second] }.`;
const MATCHER = 'This is a matcher of the "output" of a test case. In an expression,';
const CALCULATE = 'No operator calculates: let a component do that.';
const TEXT = 'No operator looks into a text or changes it: let a component do that.';
const LISTS = 'No operator goes through a list: let a component do that, or /builtin/map for a flow an item.';
const EXISTS =
  'Write { $ne: [value, null] }: a value that is missing or null is null there. A condition is false for it in any case.';

/** By the key in lower case, without `$`, `_` and `-`. */
const HINTS = hints(
  ['equals equal equalto is same', pair('$eq')],
  ['neq nequal notequal notequals noteq isnot', pair('$ne')],
  ['ge gteq greaterorequal greaterthanorequal greaterthanequals', pair('$gte')],
  ['le lteq lessorequal lessthanorequal lessthanequals', pair('$lte')],
  ['greater', pair('$gt')],
  ['less', pair('$lt')],
  ['lessthan', `${MATCHER} write { $lt: [first, second] }.`],
  ['greaterthan', `${MATCHER} write { $gt: [first, second] }.`],
  [
    'range between',
    'Matchers of test cases have $range. In an expression, write { $and: [{ $gte: [value, low] }, { $lte: [value, high] }] }.',
  ],
  ['notempty', `${MATCHER} write { $gt: [{ $length: value }, 0] }.`],
  ['isempty empty', 'Write { $eq: [{ $length: value }, 0] }.'],
  ['any', `${MATCHER} write { $or: [first, second] } for one of several conditions.`],
  [
    'contains includes has',
    'For an item of a list, write { $in: [value, list] }. No operator looks into a text: let a component do that.',
  ],
  ['oneof anyof', 'Write { $in: [value, [first, second]] }.'],
  ['nin notin', 'Write { $not: { $in: [value, list] } }.'],
  ['nor noneof', 'Write { $not: { $or: [first, second] } }.'],
  ['xor', 'Write { $ne: [first, second] } of two booleans.'],
  ['all every allof', 'Write { $and: [first, second] }.'],
  ['some either', 'Write { $or: [first, second] }.'],
  ['negate', 'Write { $not: value }.'],
  ['exists defined isdefined present isset isnull null isnil', EXISTS],
  ['cond case switch choose when ternary', 'Write { $if: condition, then: value, else: value }.'],
  ['ifnull default nullish firstnonnull orelse', 'Write { $coalesce: [value, default] }.'],
  ['len size count strlen strlencp strlenbytes arraysize objectsize', 'Write { $length: value }.'],
  [
    'join format template interpolate text string str tostring fmt append',
    'Write { $concat: ["Hello ", value] }: strings, numbers and booleans are put together.',
  ],
  ['add sum plus subtract minus multiply times divide mod modulo inc round abs min max avg floor ceil', CALCULATE],
  [
    'regex regexmatch match matches startswith endswith substr substring split replace lower upper tolower toupper trim',
    TEXT,
  ],
  [
    'filter reduce foreach sort reverse first last unique distinct flatten elemmatch slice concatarrays arrayelemat',
    LISTS,
  ],
  ['merge mergeobjects assign spread', 'Write the fields of the new map one by one, or let a component do that.'],
  ['expr where', 'Write the condition itself, such as { $eq: [first, second] }.'],
  ['var vars env secret secrets', 'Write { $variable: NAME }.'],
  [
    'output outputs result results task node',
    'Write { $step: ID } or { $step: ID, path: PATH } for the result of a step.',
  ],
  [
    'ref reference get getatt path jsonpath lookup',
    'Write { $input: PATH } or { $step: ID, path: PATH } for a value that is read.',
  ],
  ['param params arg args arguments payload event body', 'Write { $input: PATH }.'],
  ['lit raw quote const constant verbatim', 'Write { $literal: value }.'],
  ['type typeof', 'No operator tells the type of a value: let a component do that.'],
  ['tonumber toint number int parseint', 'No operator makes a number of a text: let a component do that.'],
);

/** What is written here instead of a key with a `$` that other languages have; undefined for a key that none is known to have. */
export function foreignOperator(key: string): string | undefined {
  const instead = HINTS.get(key.toLowerCase().replace(/[$_-]/g, ''));
  return instead;
}
