-- CreateTable
CREATE TABLE "User" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "JournalHead" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "cursor" BIGINT NOT NULL
);

-- CreateTable
CREATE TABLE "Event" (
    "cursor" BIGINT NOT NULL PRIMARY KEY,
    "ownerId" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "subjectType" TEXT NOT NULL,
    "subjectId" INTEGER NOT NULL,
    "mode" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "correlationId" TEXT NOT NULL,
    "causationId" BIGINT,
    "occurredAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "IdempotencyKey" (
    "ownerId" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "request" TEXT NOT NULL,
    "leaseUntil" DATETIME NOT NULL,
    "status" INTEGER,
    "answer" TEXT,
    "createdAt" DATETIME NOT NULL,

    PRIMARY KEY ("ownerId", "key"),
    CONSTRAINT "IdempotencyKey_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "BarSeries" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "symbol" TEXT NOT NULL,
    "interval" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "firstTime" BIGINT NOT NULL,
    "lastTime" BIGINT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "BarSeries_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "BarChunk" (
    "seriesId" INTEGER NOT NULL,
    "period" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "columns" BLOB NOT NULL,
    "checksum" TEXT NOT NULL,

    PRIMARY KEY ("seriesId", "period"),
    CONSTRAINT "BarChunk_seriesId_fkey" FOREIGN KEY ("seriesId") REFERENCES "BarSeries" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Strategy" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "strategyType" TEXT NOT NULL,
    "params" TEXT NOT NULL,
    "symbols" TEXT NOT NULL,
    "interval" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Strategy_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Optimization" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "jobType" TEXT NOT NULL,
    "strategyType" TEXT,
    "strategyId" INTEGER,
    "status" TEXT NOT NULL,
    "config" TEXT NOT NULL,
    "dataSource" TEXT NOT NULL,
    "dataHash" TEXT NOT NULL,
    "firstBar" DATETIME NOT NULL,
    "lastBar" DATETIME NOT NULL,
    "bars" INTEGER NOT NULL,
    "engineVersion" TEXT NOT NULL,
    "totalCombinations" INTEGER NOT NULL,
    "progressCombo" INTEGER NOT NULL DEFAULT 0,
    "progressFold" INTEGER NOT NULL DEFAULT 0,
    "nFolds" INTEGER NOT NULL,
    "results" TEXT,
    "bestParams" TEXT,
    "bestSharpe" REAL,
    "skipped" TEXT,
    "unranked" TEXT,
    "partial" BOOLEAN NOT NULL DEFAULT false,
    "error" TEXT,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "leaseOwner" TEXT,
    "leaseUntil" DATETIME,
    "cancelRequestedAt" DATETIME,
    "correlationId" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "startedAt" DATETIME,
    "finishedAt" DATETIME,
    CONSTRAINT "Optimization_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Optimization_strategyId_fkey" FOREIGN KEY ("strategyId") REFERENCES "Strategy" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "OptimizationTrial" (
    "optimizationId" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "rank" INTEGER,
    "params" TEXT NOT NULL,
    "meanSharpe" REAL,
    "sharpeStd" REAL,
    "meanReturn" REAL,
    "maxDrawdown" REAL,
    "meanWinRate" REAL,
    "trades" INTEGER,
    "reason" TEXT,

    PRIMARY KEY ("optimizationId", "index"),
    CONSTRAINT "OptimizationTrial_optimizationId_fkey" FOREIGN KEY ("optimizationId") REFERENCES "Optimization" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "User_name_key" ON "User"("name");

-- CreateIndex
CREATE INDEX "Event_ownerId_cursor_idx" ON "Event"("ownerId", "cursor");

-- CreateIndex
CREATE INDEX "Event_subjectType_subjectId_cursor_idx" ON "Event"("subjectType", "subjectId", "cursor");

-- CreateIndex
CREATE INDEX "IdempotencyKey_createdAt_idx" ON "IdempotencyKey"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "BarSeries_ownerId_symbol_interval_key" ON "BarSeries"("ownerId", "symbol", "interval");

-- CreateIndex
CREATE INDEX "Strategy_ownerId_id_idx" ON "Strategy"("ownerId", "id");

-- CreateIndex
CREATE INDEX "Optimization_ownerId_id_idx" ON "Optimization"("ownerId", "id");

-- CreateIndex
CREATE INDEX "Optimization_status_leaseUntil_idx" ON "Optimization"("status", "leaseUntil");
