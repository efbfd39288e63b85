-- AlterTable
ALTER TABLE "Optimization" ADD COLUMN "modelType" TEXT;
ALTER TABLE "Optimization" ADD COLUMN "tuning" TEXT;

-- CreateTable
CREATE TABLE "ModelTrial" (
    "optimizationId" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "rank" INTEGER,
    "params" TEXT NOT NULL,
    "meanLoss" REAL,
    "lossStd" REAL,
    "meanAuc" REAL,
    "meanAccuracy" REAL,
    "sharpe" REAL,
    "maxDrawdown" REAL,
    "trades" INTEGER,
    "folds" TEXT NOT NULL,
    "fitSeconds" REAL,
    "reason" TEXT,

    PRIMARY KEY ("optimizationId", "index"),
    CONSTRAINT "ModelTrial_optimizationId_fkey" FOREIGN KEY ("optimizationId") REFERENCES "Optimization" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "TrainedModel" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "optimizationId" INTEGER NOT NULL,
    "modelType" TEXT NOT NULL,
    "params" TEXT NOT NULL,
    "featureConfig" TEXT NOT NULL,
    "symbols" TEXT NOT NULL,
    "interval" TEXT NOT NULL,
    "dataSource" TEXT NOT NULL,
    "trainedFrom" DATETIME NOT NULL,
    "trainedUntil" DATETIME NOT NULL,
    "rows" INTEGER NOT NULL,
    "longAbove" REAL NOT NULL,
    "shortBelow" REAL NOT NULL,
    "verdict" TEXT NOT NULL,
    "engineVersion" TEXT NOT NULL,
    "bytes" BLOB NOT NULL,
    "checksum" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "TrainedModel_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "TrainedModel_optimizationId_fkey" FOREIGN KEY ("optimizationId") REFERENCES "Optimization" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "TrainedModel_ownerId_id_idx" ON "TrainedModel"("ownerId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "TrainedModel_optimizationId_key" ON "TrainedModel"("optimizationId");
