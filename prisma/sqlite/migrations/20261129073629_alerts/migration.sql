-- CreateTable
CREATE TABLE "Alert" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
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
    "firedAt" DATETIME,
    "observedAt" DATETIME NOT NULL,
    "lastTriggeredAt" DATETIME,
    "triggerCount" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 0,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Alert_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Alert_strategyId_fkey" FOREIGN KEY ("strategyId") REFERENCES "Strategy" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "Alert_goalId_fkey" FOREIGN KEY ("goalId") REFERENCES "Goal" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "AlertTrigger" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "alertId" INTEGER,
    "alertType" TEXT NOT NULL,
    "symbol" TEXT,
    "edge" TEXT,
    "value" TEXT,
    "level" TEXT,
    "quoteAt" DATETIME,
    "evaluatedAt" DATETIME NOT NULL,
    "message" TEXT NOT NULL,
    "context" TEXT NOT NULL,
    "isTest" BOOLEAN NOT NULL DEFAULT false,
    "correlationId" TEXT NOT NULL,
    "causationId" BIGINT,
    "triggeredAt" DATETIME NOT NULL,
    CONSTRAINT "AlertTrigger_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
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
