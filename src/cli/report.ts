/** `npm run report -- ID [--out FILE] [--url http://127.0.0.1:8000]`: saves the report of a job that has ended. */
import { writeFile } from 'node:fs/promises';
import { runCommand } from './command.ts';
import { DEFAULT_URL, messageOf, refused, request } from './server.ts';

const USAGE = `Usage: npm run report -- ID [--out report-ID.html] [--url ${DEFAULT_URL}]`;

const line = {
  usage: USAGE,
  positionals: 1,
  options: { out: { type: 'string' }, url: { type: 'string', default: DEFAULT_URL } },
} as const;

await runCommand(line, async ({ values: { out, url }, positionals: [id = ''] }) => {
  if (!/^[1-9]\d{0,9}$/.test(id)) throw new Error(`ID is the number of a job; it is "${id}".\n${USAGE}`);
  const answer = await request(url, `GET /api/optimize/${id}/report`);
  if (!answer.ok) throw refused(answer, `The report of job ${id}`);
  const file = out ?? `report-${id}.html`;
  await writeFile(file, answer.text).catch((cause: unknown) => {
    throw new Error(`${file} cannot be written: ${messageOf(cause)}`, { cause });
  });
  process.stdout.write(`The report of job ${id} is in ${file}. Open it in a browser; it needs no server.\n`);
  return 0;
});
