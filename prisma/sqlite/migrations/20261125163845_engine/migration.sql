-- Written by hand where the generated script would rebuild tables: dropping a table inside a transaction deletes, by
-- ON DELETE CASCADE, the rows of the tables that refer to it.

-- DropIndex
DROP INDEX "BarSeries_ownerId_symbol_interval_key";

-- AlterTable
ALTER TABLE "BarSeries" ADD COLUMN "askedFrom" BIGINT;
ALTER TABLE "BarSeries" ADD COLUMN "askedUntil" BIGINT;

-- AlterTable
ALTER TABLE "BarChunk" ADD COLUMN "encoding" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Optimization" ADD COLUMN "symbolKey" TEXT NOT NULL DEFAULT '';
ALTER TABLE "Optimization" ADD COLUMN "overfitting" TEXT;
ALTER TABLE "Optimization" ADD COLUMN "curve" TEXT;

-- AlterTable
ALTER TABLE "OptimizationTrial" ADD COLUMN "strategyType" TEXT NOT NULL DEFAULT '';

-- CreateTable
CREATE TABLE "OptimizationCheckpoint" (
    "optimizationId" INTEGER NOT NULL,
    "sequence" INTEGER NOT NULL,
    "count" INTEGER NOT NULL,
    "figures" BLOB NOT NULL,

    PRIMARY KEY ("optimizationId", "sequence"),
    CONSTRAINT "OptimizationCheckpoint_optimizationId_fkey" FOREIGN KEY ("optimizationId") REFERENCES "Optimization" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "BarSeries_ownerId_symbol_interval_source_key" ON "BarSeries"("ownerId", "symbol", "interval", "source");

-- CreateIndex
CREATE INDEX "Optimization_ownerId_symbolKey_idx" ON "Optimization"("ownerId", "symbolKey");

-- What is now told of a job and its trials follows from what was stored of them before.
UPDATE "Optimization" SET "symbolKey" = COALESCE((
    SELECT group_concat("value", ',') FROM (
        SELECT "value" FROM json_each("Optimization"."config", '$.symbols') ORDER BY "value"
    )
), '');
UPDATE "OptimizationTrial" SET "strategyType" = COALESCE((
    SELECT "strategyType" FROM "Optimization" WHERE "id" = "OptimizationTrial"."optimizationId"
), '');
