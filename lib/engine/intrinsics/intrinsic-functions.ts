import type { Json } from '../../protocol/json.ts';
import { uuidFrom } from '../execution/uuid.ts';
import type { Environment } from '../jsonata/expression.ts';
import {
  arrayContains,
  arrayGetItem,
  arrayLength,
  arrayPartition,
  arrayRange,
  arrayUnique,
} from './array-functions.ts';
import { mathAdd, mathRandom } from './number-functions.ts';
import {
  base64Decode,
  base64Encode,
  format,
  hash,
  jsonMerge,
  jsonToString,
  stringSplit,
  stringToJson,
} from './text-functions.ts';

/** An intrinsic function. `call` throws an IntrinsicError. */
export interface IntrinsicFunction {
  /** The minimum and the maximum number of arguments. */
  readonly arity: readonly [number, number];
  readonly call: (args: readonly Json[], environment: Environment) => Json;
}

const of = (minimum: number, call: IntrinsicFunction['call'], maximum = minimum): IntrinsicFunction => ({
  arity: [minimum, maximum],
  call,
});

const ANY = Number.POSITIVE_INFINITY;

/** The intrinsic functions by their names. Source: "Intrinsic functions", AWS Step Functions developer guide. */
export const INTRINSIC_FUNCTIONS: ReadonlyMap<string, IntrinsicFunction> = new Map([
  ['States.Format', of(1, format, ANY)],
  ['States.StringToJson', of(1, stringToJson)],
  ['States.JsonToString', of(1, jsonToString)],
  ['States.Array', of(0, (args) => [...args], ANY)],
  ['States.ArrayPartition', of(2, arrayPartition)],
  ['States.ArrayContains', of(2, arrayContains)],
  ['States.ArrayRange', of(3, arrayRange)],
  ['States.ArrayGetItem', of(2, arrayGetItem)],
  ['States.ArrayLength', of(1, arrayLength)],
  ['States.ArrayUnique', of(1, arrayUnique)],
  ['States.Base64Encode', of(1, base64Encode)],
  ['States.Base64Decode', of(1, base64Decode)],
  ['States.Hash', of(2, hash)],
  ['States.JsonMerge', of(3, jsonMerge)],
  ['States.MathRandom', of(2, mathRandom, 3)],
  ['States.MathAdd', of(2, mathAdd)],
  ['States.StringSplit', of(2, stringSplit)],
  ['States.UUID', of(0, (_, { random }) => uuidFrom(random))],
]);
