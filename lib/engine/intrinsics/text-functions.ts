import { createHash } from 'node:crypto';
import { isObject, type Json } from '../../protocol/json.ts';
import { BASE64 } from '../execution/base64.ts';
import { DEPTH_LIMIT, parseJson } from '../execution/depth.ts';
import { argumentOf, boundedText, IntrinsicError } from './intrinsic-error.ts';

/** States.Format: the template, with each `{}` replaced by the next value. A backslash escapes a brace. */
export function format([template, ...values]: readonly Json[]): Json {
  if (typeof template !== 'string') throw new IntrinsicError('the template must be of type string');
  let used = 0;
  const text = template.replace(/\\([\s\S])|\{\}/g, (_, escaped?: string) => escaped ?? textOf(values[used++] ?? null));
  if (used === values.length) return text;
  throw new IntrinsicError(
    'Invalid arguments in States.Format: number of arguments do not match the occurrences of {}',
  );
}

/** A value in a text, as Java writes it. */
function textOf(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (!isObject(value)) return String(value);
  const fields = Object.entries(value).map(([key, part]) => `${key}=${textOf(part)}`);
  return `{${fields.join(', ')}}`;
}

/** States.StringToJson. As on AWS, a text without any value is null. */
export function stringToJson(args: readonly Json[]): Json {
  const text = argumentOf(args, 0, 'string');
  if (text.trim() === '') return null;
  try {
    return parseJson(text);
  } catch {
    throw new IntrinsicError(`the text is not JSON of at most ${DEPTH_LIMIT} levels`);
  }
}

/** States.JsonToString. */
export const jsonToString = ([value = null]: readonly Json[]): Json => JSON.stringify(value);

/** States.JsonMerge: the fields of both objects, those of the second if both have them. AWS has no deep merge. */
export function jsonMerge([first = null, second = null, isDeep]: readonly Json[]): Json {
  if (!isObject(first) || !isObject(second)) throw new IntrinsicError('arguments 1 and 2 must be of type object');
  if (isDeep !== false) throw new IntrinsicError('argument 3 must be false: there is no deep merge');
  // Not by assignments: one to `__proto__` would change the prototype.
  return Object.fromEntries([...Object.entries(first), ...Object.entries(second)]);
}

/** States.Base64Encode. */
export const base64Encode = (args: readonly Json[]): Json =>
  Buffer.from(boundedText(argumentOf(args, 0, 'string'))).toString('base64');

/** States.Base64Decode. */
export function base64Decode(args: readonly Json[]): Json {
  const text = boundedText(argumentOf(args, 0, 'string'));
  if (!BASE64.test(text)) throw new IntrinsicError('the text is not Base64');
  return Buffer.from(text, 'base64').toString('utf8');
}

const ALGORITHMS: ReadonlyMap<Json | undefined, string> = new Map([
  ['MD5', 'md5'],
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
]);

/** States.Hash: in hexadecimal digits. A value that is no text is hashed as JSON. */
export function hash([data = null, algorithm]: readonly Json[]): Json {
  const name = ALGORITHMS.get(algorithm);
  if (name === undefined) throw new IntrinsicError(`the algorithm must be one of ${[...ALGORITHMS.keys()].join(', ')}`);
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return createHash(name).update(boundedText(text)).digest('hex');
}

/**
 * States.StringSplit: the parts between any of the characters in the second text, without empty ones.
 * Measured on AWS: LocalStack's test_string_split.
 */
export function stringSplit(args: readonly Json[]): Json {
  const [text, delimiters] = [argumentOf(args, 0, 'string'), new Set(argumentOf(args, 1, 'string'))];
  const parts: string[] = [''];
  for (const character of text) {
    if (delimiters.has(character)) parts.push('');
    else parts.push(`${parts.pop()}${character}`);
  }
  return parts.filter((part) => part !== '');
}
