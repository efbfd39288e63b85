-- DropIndex
DROP INDEX "BarSeries_ownerId_symbol_interval_key";

-- AlterTable
ALTER TABLE "BarSeries" ADD COLUMN     "askedFrom" BIGINT,
ADD COLUMN     "askedUntil" BIGINT;

-- AlterTable
ALTER TABLE "BarChunk" ADD COLUMN     "encoding" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Optimization" ADD COLUMN     "curve" TEXT,
ADD COLUMN     "overfitting" TEXT,
ADD COLUMN     "symbolKey" TEXT NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "OptimizationTrial" ADD COLUMN     "strategyType" TEXT NOT NULL DEFAULT '';

-- CreateTable
CREATE TABLE "OptimizationCheckpoint" (
    "optimizationId" INTEGER NOT NULL,
    "sequence" INTEGER NOT NULL,
    "count" INTEGER NOT NULL,
    "figures" BYTEA NOT NULL,

    CONSTRAINT "OptimizationCheckpoint_pkey" PRIMARY KEY ("optimizationId","sequence")
);

-- CreateIndex
CREATE UNIQUE INDEX "BarSeries_ownerId_symbol_interval_source_key" ON "BarSeries"("ownerId", "symbol", "interval", "source");

-- CreateIndex
CREATE INDEX "Optimization_ownerId_symbolKey_idx" ON "Optimization"("ownerId", "symbolKey");

-- AddForeignKey
ALTER TABLE "OptimizationCheckpoint" ADD CONSTRAINT "OptimizationCheckpoint_optimizationId_fkey" FOREIGN KEY ("optimizationId") REFERENCES "Optimization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What is now told of a job and its trials follows from what was stored of them before.
UPDATE "Optimization" SET "symbolKey" = COALESCE((
    SELECT string_agg("symbol", ',' ORDER BY "symbol" COLLATE "C")
    FROM json_array_elements_text("config"::json -> 'symbols') AS "symbols" ("symbol")
), '');
UPDATE "OptimizationTrial" AS "trial" SET "strategyType" = COALESCE("job"."strategyType", '')
FROM "Optimization" AS "job" WHERE "job"."id" = "trial"."optimizationId";
