/**
 * `npm run verify-audit`: follows every owner's audit in the configured database (`DATABASE_URL`, or the file in `DATA_DIR`).
 * It asks no server and changes nothing. The exit code is 1 when a chain is broken.
 */
import { parseConfig } from '../config.ts';
import { DomainError } from '../core/index.ts';
import { type AuditVerdict, auditedOwners, verifyAudit } from '../safety/index.ts';
import { openForReading } from '../storage/index.ts';
import { runCommand } from './command.ts';

const line = {
  usage: 'Usage: npm run verify-audit (the database is that of DATABASE_URL or DATA_DIR, as for npm start)',
  positionals: 0,
  options: {},
} as const;

await runCommand(line, async () => {
  const database = await openForReading(parseConfig().databaseUrl);
  try {
    const owners = await auditedOwners(database.read).catch((cause: unknown) => {
      if (cause instanceof DomainError) throw cause;
      throw new Error(`${database.location} has no audit: a server of this version has to start on it once.`, {
        cause,
      });
    });
    if (owners.length === 0) tell(`Nobody has an audit in ${database.location}.`);
    const verdicts: AuditVerdict[] = [];
    for (const ownerId of owners) {
      const verdict = await verifyAudit(database.read, ownerId);
      tell(sentenceOf(ownerId, verdict));
      verdicts.push(verdict);
    }
    return verdicts.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    await database.close();
  }
});

function tell(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}

function sentenceOf(ownerId: number, { ok, events, head, brokenAt, problem }: AuditVerdict): string {
  if (ok) return `Owner ${ownerId}: ok, events: ${events}, head: ${head}`;
  const where = brokenAt === null ? 'at its head' : `at event ${brokenAt}`;
  return `Owner ${ownerId}: BROKEN ${where}, events in order before it: ${events}. ${problem}`;
}
