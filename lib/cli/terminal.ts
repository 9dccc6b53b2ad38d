import picocolors from 'picocolors';
import { decodeText } from '../protocol/text.ts';

/** A stream that a command writes to; `process.stdout` is one. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Everything that a command may touch of the process it runs in, so that a test can be the terminal. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  /** The whole of standard input. */
  readonly readStdin: () => Promise<string>;
  /** The folder that relative paths start from. */
  readonly cwd: string;
  readonly env: { readonly [name: string]: string | undefined };
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}

/** Text painters; without colour each returns its text unchanged. */
export type Colors = ReturnType<typeof picocolors.createColors>;

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';

/** Whether to colour what goes to `output`: on a terminal, unless NO_COLOR is set; FORCE_COLOR overrules the terminal. */
export function wantsColor(output: Output, env: Terminal['env']): boolean {
  if (isSet(env.NO_COLOR)) return false;
  return isSet(env.FORCE_COLOR) ? env.FORCE_COLOR !== '0' : output.isTTY === true && env.TERM !== 'dumb';
}

/** The painters for `output`. */
export const colorsFor = (output: Output, env: Terminal['env']): Colors =>
  picocolors.createColors(wantsColor(output, env));

/** Whether lines of `output` may be drawn again: a terminal that a person watches, so not in CI. */
export const isLive = (output: Output, env: Terminal['env']): boolean =>
  output.isTTY === true && !isSet(env.CI) && env.TERM !== 'dumb';

/** The width to draw to, in characters. A pipe has none: 100 then, which most logs show without wrapping. */
export const widthOf = (output: Output): number => Math.min(Math.max(output.columns || 100, 40), 160);

/** All of a readable stream as text. */
export async function readAll(stream: AsyncIterable<string | Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return decodeText(Buffer.concat(chunks));
}
