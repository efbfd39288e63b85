-- AlterTable
ALTER TABLE "Order" ADD COLUMN     "rebalancePlanId" INTEGER;

-- CreateTable
CREATE TABLE "Goal" (
    "id" SERIAL NOT NULL,
    "ownerId" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "targetWeights" TEXT NOT NULL,
    "driftThreshold" TEXT NOT NULL,
    "rebalanceMode" TEXT NOT NULL,
    "scheduledJobId" INTEGER,
    "lastCheckedAt" TIMESTAMP(3),
    "lastDrift" TEXT,
    "breachedAt" TIMESTAMP(3),
    "breachCursor" BIGINT,
    "isPlanDue" BOOLEAN NOT NULL DEFAULT false,
    "checkDueAt" TIMESTAMP(3),
    "checkCause" BIGINT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Goal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RebalancePlan" (
    "id" SERIAL NOT NULL,
    "ownerId" INTEGER NOT NULL,
    "goalId" INTEGER,
    "mode" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "basis" TEXT NOT NULL,
    "totalValue" TEXT NOT NULL,
    "cashBefore" TEXT NOT NULL,
    "cashAfter" TEXT NOT NULL,
    "estimatedCost" TEXT NOT NULL,
    "residualDrift" TEXT NOT NULL,
    "stage" INTEGER NOT NULL DEFAULT 0,
    "reason" TEXT,
    "jobRunId" INTEGER,
    "correlationId" TEXT NOT NULL,
    "causationId" BIGINT,
    "startedCursor" BIGINT,
    "leaseOwner" TEXT,
    "leaseUntil" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "startedAt" TIMESTAMP(3),
    "endedAt" TIMESTAMP(3),

    CONSTRAINT "RebalancePlan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RebalanceTrade" (
    "planId" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "stage" INTEGER NOT NULL,
    "symbol" TEXT NOT NULL,
    "side" TEXT NOT NULL,
    "quantity" TEXT NOT NULL,
    "estimatedPrice" TEXT NOT NULL,
    "estimatedValue" TEXT NOT NULL,
    "estimatedCost" TEXT NOT NULL,
    "maxPositionPct" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "orderId" INTEGER,

    CONSTRAINT "RebalanceTrade_pkey" PRIMARY KEY ("planId","index")
);

-- CreateIndex
CREATE UNIQUE INDEX "Goal_scheduledJobId_key" ON "Goal"("scheduledJobId");

-- CreateIndex
CREATE INDEX "Goal_ownerId_id_idx" ON "Goal"("ownerId", "id");

-- CreateIndex
CREATE INDEX "Goal_checkDueAt_idx" ON "Goal"("checkDueAt");

-- CreateIndex
CREATE INDEX "RebalancePlan_ownerId_id_idx" ON "RebalancePlan"("ownerId", "id");

-- CreateIndex
CREATE INDEX "RebalancePlan_goalId_id_idx" ON "RebalancePlan"("goalId", "id");

-- CreateIndex
CREATE INDEX "RebalancePlan_jobRunId_idx" ON "RebalancePlan"("jobRunId");

-- CreateIndex
CREATE INDEX "RebalancePlan_status_leaseUntil_idx" ON "RebalancePlan"("status", "leaseUntil");

-- CreateIndex
CREATE UNIQUE INDEX "RebalanceTrade_orderId_key" ON "RebalanceTrade"("orderId");

-- CreateIndex
CREATE INDEX "Order_rebalancePlanId_idx" ON "Order"("rebalancePlanId");

-- AddForeignKey
ALTER TABLE "Order" ADD CONSTRAINT "Order_rebalancePlanId_fkey" FOREIGN KEY ("rebalancePlanId") REFERENCES "RebalancePlan"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Goal" ADD CONSTRAINT "Goal_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Goal" ADD CONSTRAINT "Goal_scheduledJobId_fkey" FOREIGN KEY ("scheduledJobId") REFERENCES "ScheduledJob"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RebalancePlan" ADD CONSTRAINT "RebalancePlan_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RebalancePlan" ADD CONSTRAINT "RebalancePlan_goalId_fkey" FOREIGN KEY ("goalId") REFERENCES "Goal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RebalancePlan" ADD CONSTRAINT "RebalancePlan_jobRunId_fkey" FOREIGN KEY ("jobRunId") REFERENCES "JobRun"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RebalanceTrade" ADD CONSTRAINT "RebalanceTrade_planId_fkey" FOREIGN KEY ("planId") REFERENCES "RebalancePlan"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RebalanceTrade" ADD CONSTRAINT "RebalanceTrade_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order"("id") ON DELETE SET NULL ON UPDATE CASCADE;
