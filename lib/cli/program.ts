import { Command as Commander, Option as CommanderOption, InvalidArgumentError } from 'commander';
import type { Command, Option } from './command.ts';
import { colorsFor, type Terminal } from './terminal.ts';

/** What runs when a command was chosen: its arguments and options, parsed. */
export type Invoke = (command: Command, args: string[], options: { [name: string]: unknown }) => Promise<void>;

/** The parser of the command line, made from the commands' descriptions. Throws a CommanderError where it cannot go on. */
export function buildProgram(
  commands: readonly Command[],
  version: string,
  terminal: Terminal,
  invoke: Invoke,
): Commander {
  const program = group(new Commander('stepflow'), terminal)
    .description('Run workflows on this machine, and deploy the very same state machine to AWS Step Functions.')
    .version(version, '--version', 'print the version')
    .addHelpText('after', '\nExample:\n  $ stepflow run workflows/user-insights.yaml');
  for (const command of commands) {
    const words = command.name.split(' ');
    const parent = words.slice(0, -1).reduce((above, word) => findOrAddGroup(above, word, commands, terminal), program);
    addCommand(parent, words.at(-1) ?? command.name, command, terminal, invoke);
  }
  return program;
}

function group(program: Commander, terminal: Terminal): Commander {
  const colors = colorsFor(terminal.stderr, terminal.env);
  return program
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error/, colors.red('error'))),
      getOutHelpWidth: () => terminal.stdout.columns ?? 100,
      getErrHelpWidth: () => terminal.stderr.columns ?? 100,
    })
    .showHelpAfterError(
      `  ${colors.cyan('help')}: stepflow --help lists the commands, stepflow COMMAND --help explains one`,
    );
}

function findOrAddGroup(above: Commander, word: string, commands: readonly Command[], terminal: Terminal): Commander {
  const found = above.commands.find((command) => command.name() === word);
  if (found) return found;
  const inside = commands.filter((command) => command.name.startsWith(`${word} `)).map((command) => command.name);
  const added = group(above.createCommand(word), terminal).description(`holds ${inside.join(', ')}`);
  above.addCommand(added);
  return added;
}

function addCommand(parent: Commander, name: string, command: Command, terminal: Terminal, invoke: Invoke): void {
  const added = group(parent.createCommand(name), terminal).description(command.summary);
  for (const { name: argument, summary, many, optional } of command.positionals) {
    const name = many ? `${argument}...` : argument;
    added.argument(optional ? `[${name}]` : `<${name}>`, summary);
  }
  for (const [key, option] of Object.entries(command.options)) added.addOption(toOption(key, option));
  added.option('--json', `print ${command.json} as JSON, and nothing else, on standard output`);
  added.addHelpText('after', `\nExample:\n${command.examples.map((example) => `  $ stepflow ${example}`).join('\n')}`);
  added.action(() => invoke(command, added.args, added.opts()));
  parent.addCommand(added);
}

function toOption(key: string, { kind, value, summary }: Option): CommanderOption {
  const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (kind === 'flag') return new CommanderOption(flag, summary);
  const option = new CommanderOption(`${flag} <${value ?? kind}>`, summary);
  if (kind === 'count') return option.argParser(parseCount);
  if (kind === 'list') return option.argParser(append);
  return option;
}

const append = (value: string, before: string[] = []): string[] => [...before, value];

function parseCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Expected a whole number above 0.');
  return Number(text);
}
