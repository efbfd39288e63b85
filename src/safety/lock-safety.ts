/** Reading the settings of an owner, and reading them under the lock that makes decisions one after the other. */
import { type Clock, dateOf, invariant } from '../core/index.ts';
import { type Db, queueForLock } from '../storage/index.ts';
import { GENESIS_HASH } from './audit-hash.ts';
import type { SafetySettings } from './settings.ts';
import { defaultSettings, limitColumns, type SafetyColumns, settingsOf } from './stored-settings.ts';

/** The settings as they are committed; the defaults when there is no row. Not for deciding: see `lockSafety`. */
export async function readSafety(db: Db, ownerId: number): Promise<SafetySettings> {
  const [row] = await db.$queryRaw<RawRow[]>`
    SELECT *, ("paperMode" = TRUE) AS "isPaper", ("paperMode" = FALSE) AS "isLive"
    FROM "SafetyState" WHERE "ownerId" = ${ownerId}`;
  return row === undefined ? defaultSettings(ownerId) : settingsOf(withMode(row));
}

/**
 * The settings, with the lock of their row until `db` commits: it makes all decisions on an owner one after the other, in
 * every process. A transaction that decides, halts or changes settings takes it before every other lock, the journal's
 * (`append`) last of all; only a rebalance has the row of the job that began it locked before. An owner without a row gets one
 * with the defaults.
 */
export async function lockSafety(db: Db, clock: Clock, ownerId: number): Promise<SafetySettings> {
  return settingsOf(await lockRow(db, clock, ownerId));
}

/** The row as the database gave it, and the sequence of the owner's newest audit event (null before the first). */
export interface LockedColumns extends SafetyColumns {
  readonly newestSequence: unknown;
}

/** The row that `lockSafety` reads. A halt, which is urgent, comes before all decisions that wait for it, in every process. */
export async function lockRow(db: Db, clock: Clock, ownerId: number): Promise<LockedColumns> {
  await queueForLock(db, 'safety', ownerId);
  const defaults = limitColumns(defaultSettings(ownerId));
  const [row] = await db.$queryRaw<(RawRow & LockedColumns)[]>`
    INSERT INTO "SafetyState" ("ownerId", "state", "maxDailyTrades", "maxOrdersPerMinute", "maxOrderValue",
      "maxPositionPct", "maxDailyLossPct", "maxDrawdownPct", "priceCollarPct", "largeOrderThreshold",
      "auditHash", "updatedAt")
    VALUES (${ownerId}, 'active', ${defaults.maxDailyTrades}, ${defaults.maxOrdersPerMinute}, ${defaults.maxOrderValue},
      ${defaults.maxPositionPct}, ${defaults.maxDailyLossPct}, ${defaults.maxDrawdownPct}, ${defaults.priceCollarPct},
      ${defaults.largeOrderThreshold}, ${GENESIS_HASH}, ${dateOf(clock)})
    ON CONFLICT ("ownerId") DO UPDATE SET "updatedAt" = "SafetyState"."updatedAt" RETURNING *,
      ("paperMode" = TRUE) AS "isPaper", ("paperMode" = FALSE) AS "isLive",
      (SELECT MAX("sequence") FROM "SafetyEvent" WHERE "ownerId" = ${ownerId}) AS "newestSequence"`;
  invariant(row !== undefined, 'locking the settings answers their row');
  return { ...withMode(row), newestSequence: row.newestSequence };
}

/**
 * A row as a raw query gives it, which is raw because Prisma's own read throws where it expects a number and finds none. A
 * mode that is no truth value is read as `false`, i.e. live, by either: so the database is asked what it is.
 */
interface RawRow extends SafetyColumns {
  /** 1 or true when it is so. */
  readonly isPaper: unknown;
  readonly isLive: unknown;
}

function withMode({ isPaper, isLive, ...row }: RawRow): SafetyColumns {
  if (Number(isLive) === 1) return { ...row, paperMode: false };
  return { ...row, paperMode: Number(isPaper) === 1 ? true : null };
}
