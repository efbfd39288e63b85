-- AlterTable
ALTER TABLE "Strategy" ADD COLUMN "deletedAt" DATETIME;

-- CreateIndex
CREATE INDEX "Optimization_strategyId_id_idx" ON "Optimization"("strategyId", "id");

-- CreateIndex
CREATE INDEX "Order_strategyId_id_idx" ON "Order"("strategyId", "id");
