import * as z from 'zod';
import { withoutFrames } from '../../lib/protocol/errors.ts';
import { component, type ErrorCode, FlowError } from '../../lib/runtime/index.ts';
import { sha256 } from '../../lib/runtime/stores/blobs.ts';
import { keyIn } from '../../lib/runtime/stores/store-folders.ts';

const failure = z.object({ code: z.string(), message: z.string() });

/** What a Map Run fails with where its items have not said it: one ran out of time, or was stopped from outside. */
const UNKNOWN = { code: 'RESOURCE_UNAVAILABLE', message: 'an item failed, and has left no error' };

/** Ends a distributed Map that fails with its first item: see lib/compiler/emit/states/fail-map.ts. */
export default component(
  {
    description:
      'Fails with the error of an item of a distributed Map, which it keeps for the Map. The compiler calls it where a map fails with an item.',
    input: z.object({ map: z.string(), error: failure.optional() }),
    output: z.null(),
    uses: ['map-results:read', 'map-results:write'],
  },
  async ({ map, error }, { objects }) => {
    const key = keyIn('mapResults', `failures/${sha256(map)}.json`);
    if (error) await objects.write(key, JSON.stringify(error));
    const { code, message } = error ?? (await readFailure(await objects.read(key)));
    throw withoutFrames(new FlowError(code as ErrorCode, message));
  },
);

const readFailure = (text: string | undefined): z.output<typeof failure> =>
  text === undefined ? UNKNOWN : failure.parse(JSON.parse(text));
