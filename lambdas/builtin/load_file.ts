import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';
import { FORMATS, formatOf, parseAs } from './_file-format.ts';
import { type FoundFile, readLocal } from './_local-file.ts';

// Only who reads an object loads the client of S3. This stands outside of the default export because TypeScript 6.0 does
// not turn `.ts` into `.js` in some import()s within one, and the built package has no `.ts`.
async function readS3(path: string, signal: AbortSignal): Promise<FoundFile> {
  const s3 = await import('./_s3-file.ts');
  return s3.readS3(path, signal);
}

export default component(
  {
    description: 'Reads a file that belongs to the flow, or an object of S3.',
    input: z.object({
      path: z
        .string()
        .min(1)
        .describe(
          "From the folder of the flow's file, or s3://bucket/key. Where a flow is deployed, the files ship with it whose path it has written out.",
        ),
      format: z.enum(FORMATS).nullish().describe('Without it, by the ending of the path.'),
    }),
    output: z.object({
      data: anyValue.describe('The value in JSON or YAML, a map for each line of a CSV table, or the text.'),
      metadata: z.object({ resolved_path: z.string(), size_bytes: z.int(), format: z.enum(FORMATS) }),
    }),
  },
  async ({ path, format: asked }, { files, signal }) => {
    const { bytes, place } = path.startsWith('s3://') ? await readS3(path, signal) : await readLocal(path, files);
    const format = asked ?? formatOf(path);
    return {
      data: await parseAs(format, bytes, path),
      metadata: { resolved_path: place, size_bytes: bytes.length, format },
    };
  },
);
