import * as z from 'zod';
import { component, isBlobMarker, isObject, type Json } from '../../lib/runtime/index.ts';
import { travellingContent } from '../../lib/runtime/spill/spilled-content.ts';
import { anyValue } from './_any.ts';

/**
 * Puts together what is too many for one payload, even as ids of blobs. Takes and gives values as they travel: what is
 * in a blob already stays there.
 */
export default component(
  {
    description: 'Joins lists, or maps, to one. The compiler calls it where more values meet than a payload can carry.',
    travelling: true,
    input: z.object({ parts: z.array(anyValue), omit: anyValue.optional() }),
    output: anyValue,
  },
  async ({ parts, omit }, { blobs }) => {
    const load = async (part: Json): Promise<Json> => (isBlobMarker(part) ? travellingContent(part, blobs) : part);
    return join(await Promise.all(parts.map(load)), omit);
  },
);

/** One list of all lists, else one map of all maps, without the entries whose value is `omit`. */
function join(parts: readonly Json[], omit: Json | undefined): Json {
  if (parts.some(Array.isArray)) return parts.flat();
  const entries = parts.flatMap((part) => (isObject(part) ? Object.entries(part) : []));
  return Object.fromEntries(omit === undefined ? entries : entries.filter(([, value]) => value !== omit));
}
