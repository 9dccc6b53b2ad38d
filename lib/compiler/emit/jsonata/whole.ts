import { alternativesOf, type Path, parseJoined, type Segment } from '../../../protocol/path.ts';
import { WHOLE_BESIDE_PARTS } from '../../../runtime/spill/spill-input.ts';
import { type Jsonata, jsonata, lookup } from './jsonata.ts';
import { bindAll } from './locals.ts';
import { isOfMarker } from './lookalike.ts';

/** The paths at which a value is read that may have been prepared for them by `spillInput`. */
export class PreparedReads {
  /** The beginnings of paths, without the paths themselves, as JSON. */
  readonly #entered = new Set<string>();

  /** `reads`: as written. */
  constructor(reads: readonly string[]) {
    for (const way of reads.flatMap(waysOf)) {
      for (let length = 0; length < way.length; length += 1) this.#entered.add(JSON.stringify(way.slice(0, length)));
    }
  }

  /** Whether what is at a path may be beside parts of it that are read too. */
  isBesideParts(path: Path): boolean {
    return path.operation === undefined && alternativesOf(path).some((way) => this.#entered.has(JSON.stringify(way)));
  }

  /** What is read at a path: `found`, or what is beside its parts. */
  at(path: Path, found: Jsonata): Jsonata {
    return this.isBesideParts(path) ? besideParts(found) : found;
  }
}

function waysOf(written: string): readonly (readonly Segment[])[] {
  const path = parseJoined(written);
  return 'error' in path ? [] : alternativesOf(path);
}

/** All of a value, where only parts of it are in their places: see {@link WHOLE_BESIDE_PARTS}. */
const besideParts = (value: Jsonata): Jsonata =>
  bindAll(
    [
      ['$value', value],
      ['$item', jsonata`$type($value) = "array" ? $value[-1] : $value`],
      ['$one', jsonata`$type($item) = "object" ? ${lookup('$item', WHOLE_BESIDE_PARTS)}`],
    ],
    jsonata`${isOfMarker('$one', '$blob')} ? $one : $value`,
  );
