/** How every command begins and ends: its arguments are read, its errors are told, its exit code is set. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { messageOf } from './server.ts';

/** Options as `parseArgs` of Node takes them. */
type OptionTable = NonNullable<ParseArgsConfig['options']>;

/** What a command takes. */
export interface CommandLine<Options extends OptionTable> {
  /** All arguments and options; printed for `--help`. */
  readonly usage: string;
  /** How many arguments there are beside the options. */
  readonly positionals: number;
  readonly options: Options;
}

/** The arguments of the process, by the types of a command's options. */
type Given<Options extends OptionTable> = ReturnType<typeof parsed<Options>>;

/**
 * Runs a command with the arguments of the process; an option `url` has to be one. The command's result is the exit
 * code; an error is told in its words, and the code is 1.
 */
export async function runCommand<const Options extends OptionTable>(
  line: CommandLine<Options>,
  command: (given: Given<Options>) => Promise<number>,
): Promise<void> {
  try {
    process.exitCode = asksForHelp() ? tell(line.usage) : await command(readArguments(line));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

function asksForHelp(): boolean {
  return process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h');
}

function tell(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

/** @throws {Error} a sentence with the usage, for what the command does not take */
function readArguments<const Options extends OptionTable>(line: CommandLine<Options>): Given<Options> {
  const given = parsed(line);
  if (given.positionals.length !== line.positionals) throw new Error(line.usage);
  const url: unknown = Object.entries(given.values).find(([name]) => name === 'url')?.[1];
  if (typeof url === 'string' && !isServerUrl(url)) {
    throw new Error(`--url must be like http://127.0.0.1:8000; it is "${url}".`);
  }
  return given;
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
