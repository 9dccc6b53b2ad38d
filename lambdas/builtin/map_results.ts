import * as z from 'zod';
import { reportOf } from '../../lib/run/report/outcome.ts';
import {
  component,
  escapeValue,
  FlowError,
  hydrate,
  isObject,
  type Json,
  type ObjectStore,
} from '../../lib/runtime/index.ts';

const address = z.object({ Bucket: z.string(), Key: z.string() });

/** What a Map Run writes of a child execution, as far as it is read. Source: "ResultWriter (Map)", developer guide. */
const child = z.object({
  Input: z.string(),
  Output: z.string().optional(),
  Error: z.string().optional(),
  Cause: z.string().optional(),
});

const manifest = z.object({ ResultFiles: z.record(z.string(), z.array(z.object({ Key: z.string() }))) });

/** The last function of a distributed Map: see lib/compiler/emit/states/emit-distributed-map.ts. */
export default component(
  {
    description:
      'Reads what a distributed Map wrote to S3, in the order of its items. The compiler calls it after one.',
    travelling: true,
    input: z.object({ manifest: address, open: z.boolean() }),
    output: z.json(),
    uses: ['map-results:read'],
    memorySize: 1024,
  },
  async ({ manifest: at, open }, { objects, blobs }) => {
    const { ResultFiles } = manifest.parse(await read(objects, at.Key));
    const keys = Object.values(ResultFiles).flatMap((files) => files.map(({ Key }) => Key));
    const files = await Promise.all(keys.map(async (key) => z.array(child).parse(await read(objects, key))));
    const results = files.flat().reduce<Json[]>((ordered, run) => {
      ordered[indexOf(run)] = outcomeOf(run);
      return ordered;
    }, []);
    const count = (outcome: string): number =>
      results.filter((result) => isObject(result) && result.outcome === outcome).length;
    const counts = { successful: count('success'), failed: count('failed'), skipped: count('skipped') };
    // Where somebody reads inside a run's result, all of it has to be there.
    return { results: open ? escapeValue(await hydrate(results, blobs)) : results, ...counts };
  },
);

type Child = z.output<typeof child>;

/** Which item a run had: its input tells. */
const indexOf = ({ Input }: Child): number => z.object({ index: z.int() }).parse(JSON.parse(Input)).index;

/** What a run ended with; one that never got so far, such as one that ran out of time, has failed. */
function outcomeOf({ Output, Error: error, Cause: cause }: Child): Json {
  if (Output !== undefined) return JSON.parse(Output);
  const { code, message } = reportOf(error ?? 'UNSPECIFIED', cause);
  return { outcome: 'failed', error: { code, message } };
}

async function read(objects: ObjectStore, key: string): Promise<unknown> {
  const base = objects.address('').Key;
  const text = await objects.read(key.startsWith(base) ? key.slice(base.length) : key);
  if (text !== undefined) return JSON.parse(text);
  throw new FlowError('RESOURCE_UNAVAILABLE', `${key}, which a Map Run wrote, is not in ${objects.location}`);
}
