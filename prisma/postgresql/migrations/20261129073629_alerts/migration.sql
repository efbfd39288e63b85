-- CreateTable
CREATE TABLE "Alert" (
    "id" SERIAL NOT NULL,
    "ownerId" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "alertType" TEXT NOT NULL,
    "condition" TEXT NOT NULL,
    "symbol" TEXT,
    "metric" TEXT,
    "direction" TEXT,
    "level" TEXT,
    "rearmLevel" TEXT,
    "hysteresis" TEXT,
    "strategyId" INTEGER,
    "goalId" INTEGER,
    "signal" TEXT,
    "enabled" BOOLEAN NOT NULL,
    "cooldownSeconds" INTEGER NOT NULL,
    "phase" TEXT NOT NULL,
    "firedAt" TIMESTAMP(3),
    "observedAt" TIMESTAMP(3) NOT NULL,
    "lastTriggeredAt" TIMESTAMP(3),
    "triggerCount" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Alert_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AlertTrigger" (
    "id" SERIAL NOT NULL,
    "ownerId" INTEGER NOT NULL,
    "alertId" INTEGER,
    "alertType" TEXT NOT NULL,
    "symbol" TEXT,
    "edge" TEXT,
    "value" TEXT,
    "level" TEXT,
    "quoteAt" TIMESTAMP(3),
    "evaluatedAt" TIMESTAMP(3) NOT NULL,
    "message" TEXT NOT NULL,
    "context" TEXT NOT NULL,
    "isTest" BOOLEAN NOT NULL DEFAULT false,
    "correlationId" TEXT NOT NULL,
    "causationId" BIGINT,
    "triggeredAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "AlertTrigger_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Alert_ownerId_id_idx" ON "Alert"("ownerId", "id");

-- CreateIndex
CREATE INDEX "Alert_strategyId_idx" ON "Alert"("strategyId");

-- CreateIndex
CREATE INDEX "Alert_goalId_idx" ON "Alert"("goalId");

-- CreateIndex
CREATE INDEX "AlertTrigger_ownerId_id_idx" ON "AlertTrigger"("ownerId", "id");

-- CreateIndex
CREATE INDEX "AlertTrigger_alertId_id_idx" ON "AlertTrigger"("alertId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "AlertTrigger_alertId_edge_key" ON "AlertTrigger"("alertId", "edge");

-- AddForeignKey
ALTER TABLE "Alert" ADD CONSTRAINT "Alert_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Alert" ADD CONSTRAINT "Alert_strategyId_fkey" FOREIGN KEY ("strategyId") REFERENCES "Strategy"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Alert" ADD CONSTRAINT "Alert_goalId_fkey" FOREIGN KEY ("goalId") REFERENCES "Goal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AlertTrigger" ADD CONSTRAINT "AlertTrigger_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
