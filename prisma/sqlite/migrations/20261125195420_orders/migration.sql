-- CreateTable
CREATE TABLE "SafetyState" (
    "ownerId" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "state" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "haltCause" TEXT,
    "haltReason" TEXT,
    "haltedAt" DATETIME,
    "killPolicy" TEXT,
    "paperMode" BOOLEAN NOT NULL DEFAULT true,
    "maxDailyTrades" INTEGER NOT NULL,
    "maxOrdersPerMinute" INTEGER NOT NULL,
    "maxOrderValue" TEXT,
    "maxPositionPct" TEXT NOT NULL,
    "maxDailyLossPct" TEXT NOT NULL,
    "maxDrawdownPct" TEXT NOT NULL,
    "priceCollarPct" TEXT NOT NULL,
    "largeOrderThreshold" TEXT NOT NULL,
    "auditSequence" INTEGER NOT NULL DEFAULT 0,
    "auditHash" TEXT NOT NULL,
    "updatedAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "SafetyEvent" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "sequence" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "reason" TEXT,
    "before" TEXT,
    "after" TEXT,
    "orderId" INTEGER,
    "at" DATETIME NOT NULL,
    "previousHash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    CONSTRAINT "SafetyEvent_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RunawayStop" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "sourceId" INTEGER,
    "symbol" TEXT NOT NULL,
    "stoppedAt" DATETIME NOT NULL,
    "releasedAt" DATETIME,
    "releasedBy" TEXT
);

-- CreateTable
CREATE TABLE "DailyTradeCount" (
    "ownerId" INTEGER NOT NULL,
    "mode" TEXT NOT NULL,
    "tradingDay" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    PRIMARY KEY ("ownerId", "mode", "tradingDay")
);

-- CreateTable
CREATE TABLE "Order" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "clientOrderId" TEXT NOT NULL,
    "brokerOrderId" TEXT,
    "mode" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "sourceId" INTEGER,
    "actor" TEXT NOT NULL,
    "symbol" TEXT NOT NULL,
    "side" TEXT NOT NULL,
    "quantity" TEXT NOT NULL,
    "orderType" TEXT NOT NULL,
    "limitPrice" TEXT,
    "stopPrice" TEXT,
    "timeInForce" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "reasonCode" TEXT,
    "reason" TEXT,
    "filledQuantity" TEXT NOT NULL DEFAULT '0',
    "averageFillPrice" TEXT,
    "filledValue" TEXT NOT NULL DEFAULT '0',
    "commission" TEXT NOT NULL DEFAULT '0',
    "isReducing" BOOLEAN NOT NULL DEFAULT false,
    "decisionPrice" TEXT,
    "reservedDay" TEXT,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "claimedBy" TEXT,
    "claimUntil" DATETIME,
    "unknownSince" DATETIME,
    "missingSince" DATETIME,
    "lookups" INTEGER NOT NULL DEFAULT 0,
    "nextLookupAt" DATETIME,
    "cancelRequestedAt" DATETIME,
    "replacesId" INTEGER,
    "strategyId" INTEGER,
    "killEventId" INTEGER,
    "correlationId" TEXT NOT NULL,
    "causationId" BIGINT,
    "createdAt" DATETIME NOT NULL,
    "submittedAt" DATETIME,
    "updatedAt" DATETIME NOT NULL,
    "endedAt" DATETIME,
    CONSTRAINT "Order_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Order_strategyId_fkey" FOREIGN KEY ("strategyId") REFERENCES "Strategy" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "Order_killEventId_fkey" FOREIGN KEY ("killEventId") REFERENCES "SafetyEvent" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "Order_replacesId_fkey" FOREIGN KEY ("replacesId") REFERENCES "Order" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "OrderTransition" (
    "orderId" INTEGER NOT NULL,
    "sequence" INTEGER NOT NULL,
    "fromStatus" TEXT,
    "toStatus" TEXT NOT NULL,
    "reason" TEXT,
    "at" DATETIME NOT NULL,

    PRIMARY KEY ("orderId", "sequence"),
    CONSTRAINT "OrderTransition_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Fill" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "orderId" INTEGER NOT NULL,
    "executionId" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "symbol" TEXT NOT NULL,
    "side" TEXT NOT NULL,
    "quantity" TEXT NOT NULL,
    "price" TEXT NOT NULL,
    "commission" TEXT NOT NULL,
    "realizedPnl" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    CONSTRAINT "Fill_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Fill_orderId_fkey" FOREIGN KEY ("orderId") REFERENCES "Order" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Position" (
    "ownerId" INTEGER NOT NULL,
    "mode" TEXT NOT NULL,
    "symbol" TEXT NOT NULL,
    "quantity" TEXT NOT NULL,
    "costBasis" TEXT NOT NULL,
    "realizedPnl" TEXT NOT NULL,
    "updatedAt" DATETIME NOT NULL,

    PRIMARY KEY ("ownerId", "mode", "symbol")
);

-- CreateTable
CREATE TABLE "Account" (
    "ownerId" INTEGER NOT NULL,
    "mode" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "initialCash" TEXT NOT NULL,
    "cash" TEXT NOT NULL,
    "realizedPnl" TEXT NOT NULL,
    "peakEquity" TEXT NOT NULL,
    "day" TEXT NOT NULL,
    "dayStartEquity" TEXT NOT NULL,
    "lastEquity" TEXT NOT NULL,
    "fillCursor" TEXT NOT NULL,
    "reconciledAt" DATETIME,
    "reconciledOk" BOOLEAN NOT NULL DEFAULT false,
    "updatedAt" DATETIME NOT NULL,

    PRIMARY KEY ("ownerId", "mode")
);

-- CreateTable
CREATE TABLE "Reconciliation" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "mode" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "differences" TEXT NOT NULL,
    "reason" TEXT,
    "at" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "PaperAccount" (
    "ownerId" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "currency" TEXT NOT NULL,
    "initialCash" TEXT NOT NULL,
    "cash" TEXT NOT NULL,
    "fillCount" INTEGER NOT NULL DEFAULT 0,
    "updatedAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "PaperOrder" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "clientOrderId" TEXT NOT NULL,
    "symbol" TEXT NOT NULL,
    "side" TEXT NOT NULL,
    "quantity" TEXT NOT NULL,
    "orderType" TEXT NOT NULL,
    "limitPrice" TEXT,
    "stopPrice" TEXT,
    "timeInForce" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "filledQuantity" TEXT NOT NULL DEFAULT '0',
    "filledValue" TEXT NOT NULL DEFAULT '0',
    "triggeredAt" DATETIME,
    "quotedAt" DATETIME,
    "expiresAt" DATETIME,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "PaperFill" (
    "ownerId" INTEGER NOT NULL,
    "sequence" INTEGER NOT NULL,
    "paperOrderId" INTEGER NOT NULL,
    "symbol" TEXT NOT NULL,
    "side" TEXT NOT NULL,
    "quantity" TEXT NOT NULL,
    "price" TEXT NOT NULL,
    "commission" TEXT NOT NULL,
    "at" DATETIME NOT NULL,

    PRIMARY KEY ("ownerId", "sequence"),
    CONSTRAINT "PaperFill_paperOrderId_fkey" FOREIGN KEY ("paperOrderId") REFERENCES "PaperOrder" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "PaperPosition" (
    "ownerId" INTEGER NOT NULL,
    "symbol" TEXT NOT NULL,
    "quantity" TEXT NOT NULL,
    "costBasis" TEXT NOT NULL,
    "realizedPnl" TEXT NOT NULL,

    PRIMARY KEY ("ownerId", "symbol")
);

-- CreateIndex
CREATE INDEX "SafetyEvent_ownerId_id_idx" ON "SafetyEvent"("ownerId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "SafetyEvent_ownerId_sequence_key" ON "SafetyEvent"("ownerId", "sequence");

-- CreateIndex
CREATE INDEX "RunawayStop_ownerId_releasedAt_idx" ON "RunawayStop"("ownerId", "releasedAt");

-- CreateIndex
CREATE INDEX "Order_ownerId_id_idx" ON "Order"("ownerId", "id");

-- CreateIndex
CREATE INDEX "Order_ownerId_mode_status_idx" ON "Order"("ownerId", "mode", "status");

-- CreateIndex
CREATE INDEX "Order_ownerId_mode_createdAt_idx" ON "Order"("ownerId", "mode", "createdAt");

-- CreateIndex
CREATE INDEX "Order_status_nextLookupAt_idx" ON "Order"("status", "nextLookupAt");

-- CreateIndex
CREATE INDEX "Order_correlationId_idx" ON "Order"("correlationId");

-- CreateIndex
CREATE UNIQUE INDEX "Order_ownerId_clientOrderId_key" ON "Order"("ownerId", "clientOrderId");

-- CreateIndex
CREATE INDEX "Fill_ownerId_id_idx" ON "Fill"("ownerId", "id");

-- CreateIndex
CREATE INDEX "Fill_orderId_idx" ON "Fill"("orderId");

-- CreateIndex
CREATE UNIQUE INDEX "Fill_ownerId_mode_executionId_key" ON "Fill"("ownerId", "mode", "executionId");

-- CreateIndex
CREATE INDEX "Reconciliation_ownerId_id_idx" ON "Reconciliation"("ownerId", "id");

-- CreateIndex
CREATE INDEX "PaperOrder_status_symbol_idx" ON "PaperOrder"("status", "symbol");

-- CreateIndex
CREATE UNIQUE INDEX "PaperOrder_ownerId_clientOrderId_key" ON "PaperOrder"("ownerId", "clientOrderId");
