import { isObject, type Json } from '../../../../protocol/json.ts';
import type { ObjectAddress, S3Objects } from '../../../objects.ts';
import { type Item, sourceOf } from '../item.ts';
import { recordsOf } from './csv-records.ts';
import { type FileReader, itemReaderFailed } from './file-reader.ts';
import { linesOf, textOf, wholeText } from './text.ts';

/** Reads the items in the files that a manifest lists. */
export type ManifestReader = (objects: S3Objects, manifest: ObjectAddress) => AsyncIterable<Item>;

/**
 * S3 Inventory: a manifest.json that lists CSV files without headers, and names their columns.
 * Source: "Inventory manifest", Amazon S3 user guide.
 */
export const inventory: ManifestReader = async function* read(objects, manifest) {
  const { bucket, headers, keys } = inventoryOf(JSON.parse(await wholeText(objects.getObject(manifest))));
  for (const Key of keys) {
    for await (const record of recordsOf(textOf(objects.getObject({ Bucket: bucket, Key })), ','))
      yield {
        value: Object.fromEntries(headers.map((name, at) => [name, record[at] ?? ''])),
        source: sourceOf(manifest),
      };
  }
};

interface Inventory {
  readonly bucket: string;
  readonly headers: readonly string[];
  readonly keys: readonly string[];
}

function inventoryOf(manifest: Json): Inventory {
  const { destinationBucket, fileFormat, fileSchema, files } = isObject(manifest) ? manifest : {};
  if (fileFormat !== 'CSV')
    throw itemReaderFailed(`The inventory's files are ${JSON.stringify(fileFormat)}, wanted "CSV".`);
  if (typeof destinationBucket !== 'string' || typeof fileSchema !== 'string' || !Array.isArray(files))
    throw itemReaderFailed('The manifest is not an inventory: wanted destinationBucket, fileSchema and files.');
  return {
    bucket: destinationBucket.replace(/^arn:[^:]*:s3:::/, ''),
    headers: fileSchema.split(',').map((name) => name.trim()),
    keys: files.flatMap((file) => (isObject(file) && typeof file.key === 'string' ? [file.key] : [])),
  };
}

/** The manifest of Athena's UNLOAD: the URIs of its files, one a line. */
export const athena = (readFile: FileReader): ManifestReader =>
  async function* read(objects, manifest) {
    for await (const line of linesOf(textOf(objects.getObject(manifest)))) {
      const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(line.trim().replace(/^"(.*)"$/, '$1')) ?? [];
      if (Bucket !== undefined && Key !== undefined)
        yield* readFile(objects.getObject({ Bucket, Key }), sourceOf({ Bucket, Key }));
      else if (line.trim() !== '')
        throw itemReaderFailed(`The manifest has the line '${line}', wanted s3://BUCKET/KEY.`);
    }
  };
