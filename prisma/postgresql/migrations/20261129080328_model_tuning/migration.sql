-- AlterTable
ALTER TABLE "Optimization" ADD COLUMN     "modelType" TEXT,
ADD COLUMN     "tuning" TEXT;

-- CreateTable
CREATE TABLE "ModelTrial" (
    "optimizationId" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "rank" INTEGER,
    "params" TEXT NOT NULL,
    "meanLoss" DOUBLE PRECISION,
    "lossStd" DOUBLE PRECISION,
    "meanAuc" DOUBLE PRECISION,
    "meanAccuracy" DOUBLE PRECISION,
    "sharpe" DOUBLE PRECISION,
    "maxDrawdown" DOUBLE PRECISION,
    "trades" INTEGER,
    "folds" TEXT NOT NULL,
    "fitSeconds" DOUBLE PRECISION,
    "reason" TEXT,

    CONSTRAINT "ModelTrial_pkey" PRIMARY KEY ("optimizationId","index")
);

-- CreateTable
CREATE TABLE "TrainedModel" (
    "id" SERIAL NOT NULL,
    "ownerId" INTEGER NOT NULL,
    "optimizationId" INTEGER NOT NULL,
    "modelType" TEXT NOT NULL,
    "params" TEXT NOT NULL,
    "featureConfig" TEXT NOT NULL,
    "symbols" TEXT NOT NULL,
    "interval" TEXT NOT NULL,
    "dataSource" TEXT NOT NULL,
    "trainedFrom" TIMESTAMP(3) NOT NULL,
    "trainedUntil" TIMESTAMP(3) NOT NULL,
    "rows" INTEGER NOT NULL,
    "longAbove" DOUBLE PRECISION NOT NULL,
    "shortBelow" DOUBLE PRECISION NOT NULL,
    "verdict" TEXT NOT NULL,
    "engineVersion" TEXT NOT NULL,
    "bytes" BYTEA NOT NULL,
    "checksum" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "TrainedModel_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "TrainedModel_ownerId_id_idx" ON "TrainedModel"("ownerId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "TrainedModel_optimizationId_key" ON "TrainedModel"("optimizationId");

-- AddForeignKey
ALTER TABLE "ModelTrial" ADD CONSTRAINT "ModelTrial_optimizationId_fkey" FOREIGN KEY ("optimizationId") REFERENCES "Optimization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TrainedModel" ADD CONSTRAINT "TrainedModel_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TrainedModel" ADD CONSTRAINT "TrainedModel_optimizationId_fkey" FOREIGN KEY ("optimizationId") REFERENCES "Optimization"("id") ON DELETE CASCADE ON UPDATE CASCADE;
