-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "JournalHead" (
    "id" INTEGER NOT NULL,
    "cursor" BIGINT NOT NULL,

    CONSTRAINT "JournalHead_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Event" (
    "cursor" BIGINT NOT NULL,
    "ownerId" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "subjectType" TEXT NOT NULL,
    "subjectId" INTEGER NOT NULL,
    "mode" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "correlationId" TEXT NOT NULL,
    "causationId" BIGINT,
    "occurredAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Event_pkey" PRIMARY KEY ("cursor")
);

-- CreateTable
CREATE TABLE "IdempotencyKey" (
    "ownerId" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "request" TEXT NOT NULL,
    "leaseUntil" TIMESTAMP(3) NOT NULL,
    "status" INTEGER,
    "answer" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "IdempotencyKey_pkey" PRIMARY KEY ("ownerId","key")
);

-- CreateTable
CREATE TABLE "BarSeries" (
    "id" SERIAL NOT NULL,
    "ownerId" INTEGER NOT NULL,
    "symbol" TEXT NOT NULL,
    "interval" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "firstTime" BIGINT NOT NULL,
    "lastTime" BIGINT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "BarSeries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BarChunk" (
    "seriesId" INTEGER NOT NULL,
    "period" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "columns" BYTEA NOT NULL,
    "checksum" TEXT NOT NULL,

    CONSTRAINT "BarChunk_pkey" PRIMARY KEY ("seriesId","period")
);

-- CreateTable
CREATE TABLE "Strategy" (
    "id" SERIAL NOT NULL,
    "ownerId" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "strategyType" TEXT NOT NULL,
    "params" TEXT NOT NULL,
    "symbols" TEXT NOT NULL,
    "interval" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Strategy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Optimization" (
    "id" SERIAL NOT NULL,
    "ownerId" INTEGER NOT NULL,
    "jobType" TEXT NOT NULL,
    "strategyType" TEXT,
    "strategyId" INTEGER,
    "status" TEXT NOT NULL,
    "config" TEXT NOT NULL,
    "dataSource" TEXT NOT NULL,
    "dataHash" TEXT NOT NULL,
    "firstBar" TIMESTAMP(3) NOT NULL,
    "lastBar" TIMESTAMP(3) NOT NULL,
    "bars" INTEGER NOT NULL,
    "engineVersion" TEXT NOT NULL,
    "totalCombinations" INTEGER NOT NULL,
    "progressCombo" INTEGER NOT NULL DEFAULT 0,
    "progressFold" INTEGER NOT NULL DEFAULT 0,
    "nFolds" INTEGER NOT NULL,
    "results" TEXT,
    "bestParams" TEXT,
    "bestSharpe" DOUBLE PRECISION,
    "skipped" TEXT,
    "unranked" TEXT,
    "partial" BOOLEAN NOT NULL DEFAULT false,
    "error" TEXT,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "leaseOwner" TEXT,
    "leaseUntil" TIMESTAMP(3),
    "cancelRequestedAt" TIMESTAMP(3),
    "correlationId" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "startedAt" TIMESTAMP(3),
    "finishedAt" TIMESTAMP(3),

    CONSTRAINT "Optimization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OptimizationTrial" (
    "optimizationId" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "rank" INTEGER,
    "params" TEXT NOT NULL,
    "meanSharpe" DOUBLE PRECISION,
    "sharpeStd" DOUBLE PRECISION,
    "meanReturn" DOUBLE PRECISION,
    "maxDrawdown" DOUBLE PRECISION,
    "meanWinRate" DOUBLE PRECISION,
    "trades" INTEGER,
    "reason" TEXT,

    CONSTRAINT "OptimizationTrial_pkey" PRIMARY KEY ("optimizationId","index")
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

-- AddForeignKey
ALTER TABLE "IdempotencyKey" ADD CONSTRAINT "IdempotencyKey_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BarSeries" ADD CONSTRAINT "BarSeries_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BarChunk" ADD CONSTRAINT "BarChunk_seriesId_fkey" FOREIGN KEY ("seriesId") REFERENCES "BarSeries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Strategy" ADD CONSTRAINT "Strategy_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Optimization" ADD CONSTRAINT "Optimization_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Optimization" ADD CONSTRAINT "Optimization_strategyId_fkey" FOREIGN KEY ("strategyId") REFERENCES "Strategy"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OptimizationTrial" ADD CONSTRAINT "OptimizationTrial_optimizationId_fkey" FOREIGN KEY ("optimizationId") REFERENCES "Optimization"("id") ON DELETE CASCADE ON UPDATE CASCADE;
