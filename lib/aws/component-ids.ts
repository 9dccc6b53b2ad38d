import { sha256 } from '../runtime/stores/blobs.ts';

/**
 * Segments in lower case: with a capital at the start of each, no two such paths are the same text, because a capital is where
 * a segment begins and the rest of it stands as it is.
 */
const PLAIN = /^(?:\/[a-z][a-z0-9_-]*)+$/;

/** CloudFormation allows 255 characters in a logical id; the CDK adds the ids of the other constructs. */
const LONGEST = 100;

/**
 * The construct id of a component's function: `UserLoad` for `/user/load`, `UserLoad-file` for `/user/load-file`. A path with
 * other characters has a hash of the path after a dot, which no plain id has, and so has a `variant`: what tells the function
 * from others of the same component. An id depends on nothing else, so a function keeps its name whatever components and flows
 * come and go.
 */
export function componentId(path: string, variant = ''): string {
  if (variant === '' && path.length <= LONGEST && PLAIN.test(path)) return words(path, /\//);
  const hash = sha256(JSON.stringify([path, variant])).slice(0, 12);
  return `${words(path, /[^A-Za-z0-9]+/).slice(0, LONGEST)}.${hash}`;
}

/** `text` as a construct id, each of its words with a capital: `fetch-user_data` becomes `FetchUserData`. */
export const pascalCase = (text: string): string => words(text, /[^A-Za-z0-9]+/);

const words = (text: string, separator: RegExp): string =>
  text
    .split(separator)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
