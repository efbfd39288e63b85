-- DropIndex
DROP INDEX "Order_ownerId_mode_status_idx";

-- CreateIndex
CREATE INDEX "SafetyEvent_ownerId_kind_sequence_idx" ON "SafetyEvent"("ownerId", "kind", "sequence");

-- CreateIndex
CREATE INDEX "Order_ownerId_mode_status_endedAt_idx" ON "Order"("ownerId", "mode", "status", "endedAt");

-- CreateIndex
CREATE INDEX "Order_killEventId_idx" ON "Order"("killEventId");
