-- CreateTable
CREATE TABLE "SchedulerState" (
    "ownerId" INTEGER NOT NULL,
    "isRunning" BOOLEAN NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "SchedulerState_pkey" PRIMARY KEY ("ownerId")
);

-- CreateTable
CREATE TABLE "ScheduledJob" (
    "id" SERIAL NOT NULL,
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
    "handledUntil" TIMESTAMP(3) NOT NULL,
    "nextDueAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ScheduledJob_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "JobRun" (
    "id" SERIAL NOT NULL,
    "ownerId" INTEGER NOT NULL,
    "jobId" INTEGER NOT NULL,
    "occurrence" TEXT NOT NULL,
    "scheduledFor" TIMESTAMP(3) NOT NULL,
    "trigger" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "count" INTEGER NOT NULL DEFAULT 1,
    "latenessMs" INTEGER,
    "leaseOwner" TEXT,
    "leaseUntil" TIMESTAMP(3),
    "summary" TEXT,
    "output" TEXT,
    "error" TEXT,
    "correlationId" TEXT NOT NULL,
    "startedCursor" BIGINT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "startedAt" TIMESTAMP(3),
    "finishedAt" TIMESTAMP(3),

    CONSTRAINT "JobRun_pkey" PRIMARY KEY ("id")
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

-- AddForeignKey
ALTER TABLE "SchedulerState" ADD CONSTRAINT "SchedulerState_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ScheduledJob" ADD CONSTRAINT "ScheduledJob_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ScheduledJob" ADD CONSTRAINT "ScheduledJob_lastRunId_fkey" FOREIGN KEY ("lastRunId") REFERENCES "JobRun"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "JobRun" ADD CONSTRAINT "JobRun_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "JobRun" ADD CONSTRAINT "JobRun_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "ScheduledJob"("id") ON DELETE CASCADE ON UPDATE CASCADE;
