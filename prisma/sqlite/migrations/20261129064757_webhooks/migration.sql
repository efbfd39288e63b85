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
