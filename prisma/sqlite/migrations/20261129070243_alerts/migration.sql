-- CreateTable
CREATE TABLE "WebhookDestination" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "url" TEXT NOT NULL,
    "events" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "secret" TEXT NOT NULL,
    "oldSecret" TEXT,
    "oldSecretUntil" DATETIME,
    "failuresInRow" INTEGER NOT NULL DEFAULT 0,
    "openUntil" DATETIME,
    "minuteBeganAt" DATETIME,
    "minuteCount" INTEGER NOT NULL DEFAULT 0,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    "deletedAt" DATETIME,
    CONSTRAINT "WebhookDestination_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "WebhookDelivery" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "destinationId" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "subjectId" INTEGER,
    "body" TEXT NOT NULL,
    "correlationId" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lease" TEXT,
    "nextAttemptAt" DATETIME,
    "lastStatus" INTEGER,
    "lastError" TEXT,
    "digestId" INTEGER,
    "createdAt" DATETIME NOT NULL,
    "begunAt" DATETIME NOT NULL,
    "endedAt" DATETIME,
    CONSTRAINT "WebhookDelivery_destinationId_fkey" FOREIGN KEY ("destinationId") REFERENCES "WebhookDestination" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "WebhookDelivery_digestId_fkey" FOREIGN KEY ("digestId") REFERENCES "WebhookDelivery" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

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
CREATE INDEX "WebhookDestination_ownerId_id_idx" ON "WebhookDestination"("ownerId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookDelivery_key_key" ON "WebhookDelivery"("key");

-- CreateIndex
CREATE INDEX "WebhookDelivery_destinationId_status_nextAttemptAt_idx" ON "WebhookDelivery"("destinationId", "status", "nextAttemptAt");

-- CreateIndex
CREATE INDEX "WebhookDelivery_destinationId_id_idx" ON "WebhookDelivery"("destinationId", "id");

-- CreateIndex
CREATE INDEX "WebhookDelivery_digestId_idx" ON "WebhookDelivery"("digestId");

-- CreateIndex
CREATE INDEX "WebhookDelivery_ownerId_id_idx" ON "WebhookDelivery"("ownerId", "id");

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
