import { isObject, type Json, type JsonObject } from '../../../protocol/json.ts';
import type { Section } from '../../definition/section.ts';
import type { Execution } from '../../execution/execution.ts';
import { StateFailure } from '../../execution/failures.ts';
import type { ExecutionEnd } from '../../execution/run-to-end.ts';
import type { Visit } from '../../execution/visit.ts';
import type { S3Objects } from '../../objects.ts';
import { ResultFile } from './result-file.ts';
import { describePending, describeResult, ListedResults, type Results, type Transformation } from './results.ts';
import { compileValue } from './selector.ts';

/** Evaluates a ResultWriter, and opens the results of a Map Run. `input`: the state's input, after InputPath. */
export type ResultWriter = (visit: Visit, input: Json) => Promise<(mapRunArn: string) => Results>;

const PUT = 'arn:aws:states:::s3:putObject';

/** Compiles ResultWriter; without one, the results are the state's own. Source: "ResultWriter (Map)", AWS Step Functions developer guide. */
export function compileResultWriter(section: Section): ResultWriter {
  const writer = section.section('ResultWriter');
  const config = writer?.section('WriterConfig');
  const transformation = config?.oneOf('Transformation', ['NONE', 'COMPACT', 'FLATTEN']);
  const isLines = config !== undefined && config.oneOf('OutputType', ['JSON', 'JSONL']) === 'JSONL';
  if (writer && !writer.has('Resource') && !config) writer.problem(`wanted the Resource ${PUT}, or a WriterConfig`);
  if (!writer?.has('Resource'))
    return async (visit) => () => new ListedResults(transformation ?? 'COMPACT', visit.state.name);
  writer.oneOf('Resource', [PUT]);
  const args = compileValue(writer, writer.language === 'JSONata' ? 'Arguments' : 'Parameters');
  return async (visit, input) => {
    const given = (await args?.(visit, input)) ?? {};
    const { objects } = visit.branch.execution.host;
    return (mapRunArn) =>
      new ExportedResults(objects, { ...placeOf(given), mapRunArn, transformation: transformation ?? 'NONE', isLines });
  };
}

function placeOf(given: Json): Pick<Export, 'bucket' | 'prefix'> {
  const { Bucket: bucket, Prefix: prefix = '' } = isObject(given) ? given : {};
  if (typeof bucket !== 'string') throw unwritable('The argument Bucket is missing.');
  return { bucket, prefix: typeof prefix === 'string' && prefix !== '' ? `${prefix.replace(/\/$/, '')}/` : '' };
}

const unwritable = (cause: string): StateFailure => new StateFailure('States.ResultWriterFailed', cause);

/** Where and how results are written. */
interface Export {
  readonly bucket: string;
  /** Ends with a slash, where there is one. */
  readonly prefix: string;
  readonly mapRunArn: string;
  readonly transformation: Transformation;
  readonly isLines: boolean;
}

type FileName = 'FAILED' | 'PENDING' | 'SUCCEEDED';

/** Results that are written to S3 as they come: a file for each way of ending, and a manifest of the files. */
class ExportedResults implements Results {
  readonly #objects: S3Objects;
  readonly #given: Export;
  readonly #folder: string;
  readonly #files: Readonly<Record<FileName, ResultFile>>;

  constructor(objects: S3Objects | undefined, given: Export) {
    if (objects === undefined) throw unwritable('There is no S3 here: the host gave the run no objects.');
    const folder = `${given.prefix}${given.mapRunArn.split(':').at(-1)}`;
    const file = (name: string): ResultFile => {
      const Key = `${folder}/${name}_0.${given.isLines ? 'jsonl' : 'json'}`;
      return new ResultFile(objects, { Bucket: given.bucket, Key }, given.isLines);
    };
    this.#objects = objects;
    this.#given = given;
    this.#folder = folder;
    this.#files = { FAILED: file('FAILED'), PENDING: file('PENDING'), SUCCEEDED: file('SUCCEEDED') };
  }

  async add(_: number, child: Execution, end: ExecutionEnd): Promise<void> {
    const file = end.status === 'SUCCEEDED' ? 'SUCCEEDED' : 'FAILED';
    await this.#write(file, describeResult(child, end, this.#given.transformation));
  }

  async close(pending?: AsyncIterable<Execution>): Promise<void> {
    for await (const child of pending ?? []) await this.#write('PENDING', [describePending(child)]);
    await this.#writing(() => this.#writeManifest());
  }

  async discard(): Promise<void> {
    for (const file of Object.values(this.#files)) await file.discard();
  }

  result(): JsonObject {
    const { bucket, mapRunArn } = this.#given;
    return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: bucket, Key: this.#manifest } };
  }

  get #manifest(): string {
    return `${this.#folder}/manifest.json`;
  }

  #write(file: FileName, values: readonly Json[]): Promise<void> {
    return this.#writing(() => this.#files[file].append(values));
  }

  async #writeManifest(): Promise<void> {
    const { bucket, mapRunArn } = this.#given;
    const ResultFiles: JsonObject = {};
    for (const [name, file] of Object.entries(this.#files)) ResultFiles[name] = [...(await file.close())];
    const manifest = await this.#objects.putObject({ Bucket: bucket, Key: this.#manifest });
    await manifest.write(JSON.stringify({ DestinationBucket: bucket, MapRunArn: mapRunArn, ResultFiles }));
    await manifest.close();
  }

  async #writing(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (thrown) {
      throw unwritable(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
}
