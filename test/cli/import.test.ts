/** What `npm run import` runs, against a server that runs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  dataFolder,
  type Exit,
  endServers,
  launchCommand,
  type ServerProcess,
  startServer,
} from '../support/server-process.ts';

const HEADER = 'date,open,high,low,close,volume';
const GOOD = `${HEADER}\n2020-01-02,1,2,0.5,1.5,100\n2020-01-03,1,2,0.5,1.5,100\n`;
const BAD = `${HEADER}\n2020-01-02,1,2,0.5,1.5,100\n2020-01-03,1,0.2,0.5,1.5,100\n`;

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer({ DATA_DIR: dataFolder() });
});
afterAll(endServers);

function fileOf(text: string): string {
  const file = join(dataFolder(), 'prices.csv');
  writeFileSync(file, text);
  return file;
}

type Said = Exit & { readonly stdout: string; readonly stderr: string };

function importWith(...args: readonly string[]): Promise<Said> {
  return say(process.execPath, ['dist/cli/import.js', ...args]);
}

async function say(program: string, args: readonly string[]): Promise<Said> {
  const command = launchCommand(program, args, {});
  return { ...(await command.exited), stdout: command.stdout(), stderr: command.stderr() };
}

it('says what was imported', async () => {
  const options = [fileOf(GOOD), '--symbol', 'ibm', '--url', server.url];

  // As `npm run import` does.
  const { code, stdout } = await say(process.execPath, ['--import', 'tsx', 'src/cli/import.ts', ...options]);

  expect(stdout).toBe('IBM 1d: 2 rows from 2020-01-02 to 2020-01-03, 2 new, 0 changed.\n');
  expect(code).toBe(0);
});

it('names the row for which a file is refused', async () => {
  const { code, stderr } = await importWith(fileOf(BAD), '--symbol', 'IBM', '--url', server.url);

  expect(stderr).toMatch(/prices.csv was refused \(422\): Row 3: the high 0.2 is below/);
  expect(code).toBe(1);
});

it('says that a symbol or an interval is none', async () => {
  const file = fileOf(GOOD);

  const symbol = await importWith(file, '--symbol', 'I B M', '--url', server.url);
  const interval = await importWith(file, '--symbol', 'IBM', '--interval', '3d', '--url', server.url);

  expect([symbol.code, interval.code]).toEqual([1, 1]);
  expect(symbol.stderr).toContain('"I B M"');
  expect(interval.stderr).toContain('"3d"');
});

it('says that no server answers, and how to start one', async () => {
  const { code, stderr } = await importWith(fileOf(GOOD), '--symbol', 'IBM', '--url', 'http://127.0.0.1:9');

  expect(stderr).toMatch(/No server answers at http:\/\/127.0.0.1:9 .*npm start/);
  expect(code).toBe(1);
});

it.each([
  ['a file that is not there', ['/nowhere.csv', '--symbol', 'IBM'], '/nowhere.csv cannot be read'],
  ['an address that is none', ['/nowhere.csv', '--symbol', 'IBM', '--url', 'here'], '--url must be like'],
  ['no symbol', ['prices.csv'], 'Usage: npm run import'],
  ['no file', ['--symbol', 'IBM'], 'Usage: npm run import'],
  ['two files', ['a.csv', 'b.csv', '--symbol', 'IBM'], 'Usage: npm run import'],
  ['an unknown option', ['a.csv', '--ticker', 'IBM'], 'Usage: npm run import'],
])('refuses %s', async (_case, args, message) => {
  const { code, stderr } = await importWith(...args);

  expect(stderr).toContain(message);
  expect(code).toBe(1);
});
