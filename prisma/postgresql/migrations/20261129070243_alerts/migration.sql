-- CreateTable
CREATE TABLE "WebhookDestination" (
    "id" SERIAL NOT NULL,
    "ownerId" INTEGER NOT NULL,
    "url" TEXT NOT NULL,
    "events" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "secret" TEXT NOT NULL,
    "oldSecret" TEXT,
    "oldSecretUntil" TIMESTAMP(3),
    "failuresInRow" INTEGER NOT NULL DEFAULT 0,
    "openUntil" TIMESTAMP(3),
    "minuteBeganAt" TIMESTAMP(3),
    "minuteCount" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "deletedAt" TIMESTAMP(3),

    CONSTRAINT "WebhookDestination_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WebhookDelivery" (
    "id" SERIAL NOT NULL,
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
    "nextAttemptAt" TIMESTAMP(3),
    "lastStatus" INTEGER,
    "lastError" TEXT,
    "digestId" INTEGER,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "begunAt" TIMESTAMP(3) NOT NULL,
    "endedAt" TIMESTAMP(3),

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("id")
);

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

-- AddForeignKey
ALTER TABLE "WebhookDestination" ADD CONSTRAINT "WebhookDestination_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookDelivery" ADD CONSTRAINT "WebhookDelivery_destinationId_fkey" FOREIGN KEY ("destinationId") REFERENCES "WebhookDestination"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookDelivery" ADD CONSTRAINT "WebhookDelivery_digestId_fkey" FOREIGN KEY ("digestId") REFERENCES "WebhookDelivery"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Alert" ADD CONSTRAINT "Alert_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Alert" ADD CONSTRAINT "Alert_strategyId_fkey" FOREIGN KEY ("strategyId") REFERENCES "Strategy"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Alert" ADD CONSTRAINT "Alert_goalId_fkey" FOREIGN KEY ("goalId") REFERENCES "Goal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AlertTrigger" ADD CONSTRAINT "AlertTrigger_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
