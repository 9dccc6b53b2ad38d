import type { Terminal } from './terminal.ts';

/**
 * An option of a command. `text`: one value; `optional`: one value, or none; `list`: may be given again; `count`: a whole number
 * above 0; `flag`: no value.
 */
export interface Option {
  readonly kind: 'text' | 'optional' | 'list' | 'count' | 'flag';
  /** How help names the value, e.g. `JSON|@FILE|-`. */
  readonly value?: string;
  readonly summary: string;
}

/** The options of a command by name, in camel case: `maxConcurrency` is `--max-concurrency`. */
export type Options = { readonly [name: string]: Option };

interface ValueOf {
  text: string | undefined;
  optional: string | true | undefined;
  list: readonly string[] | undefined;
  count: number | undefined;
  flag: true | undefined;
}

/** The values that a user gave for the options `O`. */
export type OptionValues<O extends Options> = { readonly [K in keyof O]: ValueOf[O[K]['kind']] };

/** A positional argument. */
export interface Positional {
  readonly name: string;
  readonly summary: string;
  /** Whether it may be given more than once. */
  readonly many?: true;
  /** Whether it may be left out; only the last one. */
  readonly optional?: true;
}

/** One call of a command. */
export interface CommandCall<O extends Options> {
  /** The arguments in the order written; as many as the command declares, or more for a `many`. */
  readonly args: readonly string[];
  readonly options: OptionValues<O>;
  /** Whether `--json` was given: then nothing but JSON goes to standard output. */
  readonly json: boolean;
  readonly terminal: Terminal;
}

/** A command as data: help, parsing and the checks of the tests come from it. Every command also takes `--json`. */
export interface CommandSpec<O extends Options> {
  /** The words that call it, e.g. `asl run`. */
  readonly name: string;
  readonly summary: string;
  readonly positionals: readonly Positional[];
  readonly options: O;
  /** What `--json` prints, for help. */
  readonly json: string;
  /** Calls to show in help, without the leading `stepflow`. */
  readonly examples: readonly string[];
  /** Runs the command and answers its exit code. Throws a UsageError for wrong use. */
  readonly action: (call: CommandCall<O>) => Promise<number>;
}

/** Any command. */
export interface Command extends Omit<CommandSpec<Options>, 'action'> {
  readonly run: (
    args: readonly string[],
    options: { readonly [name: string]: unknown },
    terminal: Terminal,
  ) => Promise<number>;
}

/** Makes a command; its action sees the options by their types. */
export function defineCommand<const O extends Options>({ action, ...spec }: CommandSpec<O>): Command {
  return {
    ...spec,
    run: (args, options, terminal) =>
      // The parser made `options` from `spec.options` itself, so each value has the type of its option's kind.
      action({ args, options: options as OptionValues<O>, json: options.json === true, terminal }),
  };
}
