-- CreateTable
CREATE TABLE "Goal" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "targetWeights" TEXT NOT NULL,
    "driftThreshold" TEXT NOT NULL,
    "rebalanceMode" TEXT NOT NULL,
    "scheduledJobId" INTEGER,
    "lastCheckedAt" DATETIME,
    "lastDrift" TEXT,
    "breachedAt" DATETIME,
    "breachCursor" BIGINT,
    "isPlanDue" BOOLEAN NOT NULL DEFAULT false,
    "checkDueAt" DATETIME,
    "checkCause" BIGINT,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Goal_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Goal_scheduledJobId_fkey" FOREIGN KEY ("scheduledJobId") REFERENCES "ScheduledJob" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RebalancePlan" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
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
    "leaseUntil" DATETIME,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    "startedAt" DATETIME,
    "endedAt" DATETIME,
    CONSTRAINT "RebalancePlan_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "RebalancePlan_goalId_fkey" FOREIGN KEY ("goalId") REFERENCES "Goal" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "RebalancePlan_jobRunId_fkey" FOREIGN KEY ("jobRunId") REFERENCES "JobRun" ("id") ON DELETE SET NULL ON UPDATE CASCADE
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

    PRIMARY KEY ("planId", "index"),
    CONSTRAINT "RebalanceTrade_planId_fkey" FOREIGN KEY ("planId") REFERENCES "RebalancePlan" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "RebalanceTrade_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- AlterTable
-- Not by a new table and a copy of all orders, as the tool would have it.
ALTER TABLE "Order" ADD COLUMN "rebalancePlanId" INTEGER CONSTRAINT "Order_rebalancePlanId_fkey" REFERENCES "RebalancePlan" ("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- CreateIndex
CREATE INDEX "Order_rebalancePlanId_idx" ON "Order"("rebalancePlanId");

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
