-- AlterTable
ALTER TABLE "ScheduledJob" ADD COLUMN "deletedAt" DATETIME;

-- AlterTable
ALTER TABLE "Goal" ADD COLUMN "deletedAt" DATETIME;

-- What alerts watched that was deleted before; from now on they are disabled when it is.
UPDATE "Alert" SET "enabled" = false, "phase" = 'disabled', "firedAt" = NULL, "version" = "version" + 1
WHERE "enabled" = true AND (("alertType" = 'signal' AND "strategyId" IS NULL) OR ("alertType" = 'rebalance' AND "goalId" IS NULL));
