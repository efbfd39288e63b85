-- CreateTable
CREATE TABLE "SchedulerState" (
    "ownerId" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "isRunning" BOOLEAN NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "SchedulerState_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "ScheduledJob" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "jobType" TEXT NOT NULL,
    "schedule" TEXT NOT NULL,
    "timezone" TEXT NOT NULL,
    "calendar" TEXT,
    "sessionPolicy" TEXT NOT NULL,
    "config" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "overlapPolicy" TEXT NOT NULL,
    "catchupPolicy" TEXT NOT NULL,
    "catchupWindowSeconds" INTEGER NOT NULL,
    "timeoutSeconds" INTEGER NOT NULL,
    "pauseReason" TEXT,
    "failuresInRow" INTEGER NOT NULL DEFAULT 0,
    "lastRunId" INTEGER,
    "handledUntil" DATETIME NOT NULL,
    "nextDueAt" DATETIME,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "ScheduledJob_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "ScheduledJob_lastRunId_fkey" FOREIGN KEY ("lastRunId") REFERENCES "JobRun" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "JobRun" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "jobId" INTEGER NOT NULL,
    "occurrence" TEXT NOT NULL,
    "scheduledFor" DATETIME NOT NULL,
    "trigger" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "count" INTEGER NOT NULL DEFAULT 1,
    "latenessMs" INTEGER,
    "leaseOwner" TEXT,
    "leaseUntil" DATETIME,
    "summary" TEXT,
    "output" TEXT,
    "error" TEXT,
    "correlationId" TEXT NOT NULL,
    "startedCursor" BIGINT,
    "createdAt" DATETIME NOT NULL,
    "startedAt" DATETIME,
    "finishedAt" DATETIME,
    CONSTRAINT "JobRun_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "JobRun_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "ScheduledJob" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "ScheduledJob_lastRunId_key" ON "ScheduledJob"("lastRunId");

-- CreateIndex
CREATE INDEX "ScheduledJob_ownerId_id_idx" ON "ScheduledJob"("ownerId", "id");

-- CreateIndex
CREATE INDEX "ScheduledJob_enabled_nextDueAt_idx" ON "ScheduledJob"("enabled", "nextDueAt");

-- CreateIndex
CREATE INDEX "JobRun_jobId_id_idx" ON "JobRun"("jobId", "id");

-- CreateIndex
CREATE INDEX "JobRun_ownerId_id_idx" ON "JobRun"("ownerId", "id");

-- CreateIndex
CREATE INDEX "JobRun_status_leaseUntil_idx" ON "JobRun"("status", "leaseUntil");

-- CreateIndex
CREATE UNIQUE INDEX "JobRun_jobId_occurrence_key" ON "JobRun"("jobId", "occurrence");
