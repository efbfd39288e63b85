/** How every command begins and ends: its arguments are read, its errors are told, its exit code is set. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { messageOf } from './server.ts';

/** Options as `parseArgs` of Node takes them. */
type OptionTable = NonNullable<ParseArgsConfig['options']>;

/** What a command takes. */
export interface CommandLine<Options extends OptionTable> {
  /** One line, with all arguments and options. */
  readonly usage: string;
  /** How many arguments there are beside the options. */
  readonly positionals: number;
  readonly options: Options;
}

/**
 * The arguments of the process. An option `url` has to be one.
 *
 * @throws {Error} a sentence with the usage, for what the command does not take
 */
export function readArguments<const Options extends OptionTable>(line: CommandLine<Options>) {
  const { values, positionals } = parsed(line);
  if (positionals.length !== line.positionals) throw new Error(line.usage);
  const url: unknown = Object.entries(values).find(([name]) => name === 'url')?.[1];
  if (typeof url === 'string' && !isServerUrl(url)) {
    throw new Error(`--url must be like http://127.0.0.1:8000; it is "${url}".`);
  }
  return { values, positionals };
}

function parsed<const Options extends OptionTable>({ usage, options }: CommandLine<Options>) {
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (cause) {
    throw new Error(`${messageOf(cause)}\n${usage}`, { cause });
  }
}

function isServerUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Runs a command: its result is the exit code; an error is told in its words, and the code is 1. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
