-- AlterTable
ALTER TABLE "ScheduledJob" ADD COLUMN "deletedAt" DATETIME;

-- AlterTable
ALTER TABLE "Goal" ADD COLUMN "deletedAt" DATETIME;
