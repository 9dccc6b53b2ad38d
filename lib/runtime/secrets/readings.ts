/** A part of a text, from `from` to before `to`. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/** A text as somebody reads it who undoes what was done to it: escapes, line breaks, quotes. */
export interface Reading {
  readonly text: string;
  /** Where a part of the reading is in the text that was written. */
  readonly written: (part: Part) => Part;
}

/** What stands for another text: `length` characters for `text`. */
interface Unit {
  readonly length: number;
  readonly text: string;
}

/** Undoes one kind of escape. */
interface Decoder {
  /** The first character of every escape. */
  readonly sign: string;
  /** The escape that begins at a place with that character, if any does. */
  readonly unitAt: (text: string, at: number) => Unit | undefined;
  /** How often a text is decoded: programs escape what others have escaped. */
  readonly times: number;
}

const CONTROLS: { readonly [letter: string]: string } = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  0: '\0',
  '\n': '',
};

const MAX_CODE_POINT = 0x10ffff;

function character(length: number, digits: string, radix: number): Unit | undefined {
  const code = Number.parseInt(digits, radix);
  return code <= MAX_CODE_POINT ? { length, text: String.fromCodePoint(code) } : undefined;
}

/** What a sticky pattern finds at a place. */
function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

const CODE_UNIT = /\\(?:u\{([\da-f]{1,6})\}|u([\da-f]{4})|x([\da-f]{2}))/iy;

/** The escapes of JSON, JavaScript, Python and shells. */
const BACKSLASH: Decoder = {
  sign: '\\',
  unitAt: (text, at) => {
    const next = text.charAt(at + 1);
    if (next === 'u' || next === 'x') {
      const [all, ...digits] = matchAt(CODE_UNIT, text, at) ?? [];
      if (all) return character(all.length, digits.find((one) => one !== undefined) ?? '', 16);
    }
    if (next === '\r' && text.charAt(at + 2) === '\n') return { length: 3, text: '' };
    return next === '' ? undefined : { length: 2, text: CONTROLS[next] ?? next };
  },
  times: 4,
};

/** One character in UTF-8. */
const OCTETS = /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-4](?:%[89ab][\da-f]){3}/iy;

/** The escapes of URLs. */
const PERCENT: Decoder = {
  sign: '%',
  unitAt: (text, at) => {
    const [octets] = matchAt(OCTETS, text, at) ?? [];
    if (octets === undefined) return undefined;
    try {
      return { length: octets.length, text: decodeURIComponent(octets) };
    } catch {
      return undefined; // not UTF-8 after all
    }
  },
  times: 3,
};

const ENTITY_NAMES: { readonly [name: string]: string } = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};
const ENTITY = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/iy;

/** The escapes of HTML and XML. */
const HTML: Decoder = {
  sign: '&',
  unitAt: (text, at) => {
    const [all, decimal, hex, name = ''] = matchAt(ENTITY, text, at) ?? [];
    if (all === undefined) return undefined;
    if (decimal !== undefined) return character(all.length, decimal, 10);
    if (hex !== undefined) return character(all.length, hex, 16);
    return { length: all.length, text: ENTITY_NAMES[name.toLowerCase()] ?? '' };
  },
  times: 2,
};

const DECODERS = [BACKSLASH, PERCENT, HTML];

/** What is between the parts of a text that was split, quoted or joined: it tells nothing. */
const SEPARATORS = /[\s"'`\\+,]+/g;

/** A line that was broken because it was long; a shell's goes on after a backslash. */
const LINE_BREAKS = /\\?\r?\n/g;

/** A bound for texts that were escaped for ever. */
const MAX_ROUNDS = 8;

/** The text as it is written. */
export const asWritten = (text: string): Reading => ({ text, written: (part) => part });

/** The readings that undo one kind of escape, once and more often; none where nothing is escaped. */
export function unescapedReadings(text: string): readonly Reading[] {
  return DECODERS.flatMap((decoder) => {
    const readings: Reading[] = [];
    for (let latest = asWritten(text); readings.length < decoder.times; ) {
      const next = decoded(latest, decoder);
      if (next === latest) break;
      readings.push(next);
      latest = next;
    }
    return readings;
  });
}

/** The reading that leaves out what separates the parts of a split text. */
export const joinedReading = (text: string): Reading => without(asWritten(text), SEPARATORS);

/** The reading that undoes all escapes, then leaves out what separates the parts of a split text. */
export function bareReading(text: string): Reading {
  let reading = without(asWritten(text), LINE_BREAKS);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const next = DECODERS.reduce(decoded, reading);
    if (next === reading) break;
    reading = next;
  }
  return without(reading, SEPARATORS);
}

/** The same reading where there is nothing to decode. */
function decoded(before: Reading, decoder: Decoder): Reading {
  const { text } = before;
  let made = '';
  let kept = 0;
  for (const { from, to, stands } of unitsIn(text, decoder)) {
    made += text.slice(kept, from) + stands;
    kept = to;
  }
  if (kept === 0) return before;
  return readingOf(before, made + text.slice(kept), () => unitsIn(text, decoder));
}

function* unitsIn(text: string, { sign, unitAt }: Decoder): Iterable<Placed> {
  for (let at = text.indexOf(sign); at >= 0; ) {
    const unit = unitAt(text, at);
    if (unit) yield { from: at, to: at + unit.length, stands: unit.text };
    at = text.indexOf(sign, at + (unit?.length ?? 1));
  }
}

/** The reading without what a pattern finds. */
function without(before: Reading, pattern: RegExp): Reading {
  const { text } = before;
  const found = function* (): Iterable<Placed> {
    for (const { 0: match, index } of text.matchAll(pattern))
      yield { from: index, to: index + match.length, stands: '' };
  };
  return readingOf(before, text.replace(pattern, ''), found);
}

/** A part of a text, and what stands for it in a reading. */
interface Placed extends Part {
  readonly stands: string;
}

function readingOf(before: Reading, text: string, units: () => Iterable<Placed>): Reading {
  // Most texts hold no secret: where the characters of a reading come from is only found out when somebody asks.
  let origins: readonly Origin[] | undefined;
  const written = ({ from, to }: Part): Part => {
    origins ??= originsOf(units());
    return before.written({ from: originOf(origins, from).from, to: originOf(origins, to - 1).to });
  };
  return { text, written };
}

/** From `at` on, `length` characters of a reading stand for a part of the text before; those that follow are as they were. */
interface Origin extends Part {
  readonly at: number;
  readonly length: number;
}

const START: Origin = { at: 0, length: 0, from: 0, to: 0 };

function originsOf(units: Iterable<Placed>): readonly Origin[] {
  const origins: Origin[] = [];
  let shift = 0;
  for (const { from, to, stands } of units) {
    const { length } = stands;
    origins.push({ at: from - shift, length, from, to });
    shift += to - from - length;
  }
  return origins;
}

/** Where one character of a reading comes from. */
function originOf(origins: readonly Origin[], at: number): Part {
  const { at: start, length, from, to } = origins[lastUpTo(origins, at)] ?? START;
  if (at < start + length) return { from, to };
  const since = at - start - length;
  return { from: to + since, to: to + since + 1 };
}

/** The index of the last origin at or before a character; -1 if there is none. */
function lastUpTo(origins: readonly Origin[], at: number): number {
  let [low, high] = [0, origins.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((origins[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
