import { isObject, type Json, type JsonObject } from '../../../protocol/json.ts';
import type { Section } from '../../definition/section.ts';
import { compileValue } from '../../definition/value.ts';
import type { Execution } from '../../execution/execution.ts';
import { StateFailure } from '../../execution/failures.ts';
import type { ExecutionEnd } from '../../execution/run-to-end.ts';
import type { Visit } from '../../execution/visit.ts';
import type { S3Objects } from '../../objects.ts';
import { ResultFile } from './result-file.ts';
import { describePending, describeResult, ListedResults, type Results, type Transformation } from './results.ts';

/** Evaluates a ResultWriter, and opens the results of a Map Run. `input`: the effective input. */
export type ResultWriter = (visit: Visit, input: Json) => Promise<(mapRunArn: string) => Results>;

const PUT = 'arn:aws:states:::s3:putObject';

/** Compiles ResultWriter; without one, the results become the state's result. Source: "ResultWriter (Map)", AWS Step Functions developer guide. */
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
    const evaluated = (await args?.(visit, input)) ?? {};
    const { objects } = visit.branch.execution.host;
    return (mapRunArn) =>
      new ExportedResults(objects, {
        ...destinationOf(evaluated),
        mapRunArn,
        transformation: transformation ?? 'NONE',
        isLines,
      });
  };
}

function destinationOf(args: Json): Pick<ExportOptions, 'bucket' | 'prefix'> {
  const { Bucket: bucket, Prefix: prefix = '' } = isObject(args) ? args : {};
  if (typeof bucket !== 'string') throw unwritable('The argument Bucket is missing.');
  return { bucket, prefix: typeof prefix === 'string' && prefix !== '' ? `${prefix.replace(/\/$/, '')}/` : '' };
}

const unwritable = (cause: string): StateFailure => new StateFailure('States.ResultWriterFailed', cause);

/** Where and how results are written. */
interface ExportOptions {
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  readonly mapRunArn: string;
  readonly transformation: Transformation;
  readonly isLines: boolean;
}

type FileName = 'FAILED' | 'PENDING' | 'SUCCEEDED';

/** Results that are written to S3 as they arrive: a file for each of the statuses, and a manifest. */
class ExportedResults implements Results {
  readonly #objects: S3Objects;
  readonly #options: ExportOptions;
  readonly #folder: string;
  readonly #files: Readonly<Record<FileName, ResultFile>>;

  constructor(objects: S3Objects | undefined, options: ExportOptions) {
    if (objects === undefined) throw unwritable('There is no S3 here: the host gave the run no objects.');
    const folder = `${options.prefix}${options.mapRunArn.split(':').at(-1)}`;
    const file = (name: string): ResultFile => {
      const Key = `${folder}/${name}_0.${options.isLines ? 'jsonl' : 'json'}`;
      return new ResultFile(objects, { Bucket: options.bucket, Key }, options.isLines);
    };
    this.#objects = objects;
    this.#options = options;
    this.#folder = folder;
    this.#files = { FAILED: file('FAILED'), PENDING: file('PENDING'), SUCCEEDED: file('SUCCEEDED') };
  }

  async add(_: number, child: Execution, end: ExecutionEnd): Promise<void> {
    const file = end.status === 'SUCCEEDED' ? 'SUCCEEDED' : 'FAILED';
    await this.#write(file, describeResult(child, end, this.#options.transformation));
  }

  async close(pending?: AsyncIterable<Execution>): Promise<void> {
    for await (const child of pending ?? []) await this.#write('PENDING', [describePending(child)]);
    await this.#orFail(() => this.#writeManifest());
  }

  async discard(): Promise<void> {
    for (const file of Object.values(this.#files)) await file.discard();
  }

  result(): JsonObject {
    const { bucket, mapRunArn } = this.#options;
    return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: bucket, Key: this.#manifest } };
  }

  get #manifest(): string {
    return `${this.#folder}/manifest.json`;
  }

  #write(file: FileName, values: readonly Json[]): Promise<void> {
    return this.#orFail(() => this.#files[file].append(values));
  }

  async #writeManifest(): Promise<void> {
    const { bucket, mapRunArn } = this.#options;
    const ResultFiles: JsonObject = {};
    for (const [name, file] of Object.entries(this.#files)) ResultFiles[name] = [...(await file.close())];
    const manifest = await this.#objects.putObject({ Bucket: bucket, Key: this.#manifest });
    await manifest.write(JSON.stringify({ DestinationBucket: bucket, MapRunArn: mapRunArn, ResultFiles }));
    await manifest.close();
  }

  async #orFail(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (thrown) {
      throw unwritable(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
}
