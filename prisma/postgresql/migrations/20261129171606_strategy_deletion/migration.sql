-- AlterTable
ALTER TABLE "Strategy" ADD COLUMN     "deletedAt" TIMESTAMP(3);

-- CreateIndex
CREATE INDEX "Optimization_strategyId_id_idx" ON "Optimization"("strategyId", "id");

-- CreateIndex
CREATE INDEX "Order_strategyId_id_idx" ON "Order"("strategyId", "id");
