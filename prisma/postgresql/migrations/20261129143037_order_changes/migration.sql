-- CreateTable
CREATE TABLE "OrderChange" (
    "id" SERIAL NOT NULL,
    "ownerId" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "sourceId" INTEGER,
    "symbol" TEXT NOT NULL,
    "denialCode" TEXT,
    "decidedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "OrderChange_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "OrderChange_ownerId_id_idx" ON "OrderChange"("ownerId", "id");

-- CreateIndex
CREATE INDEX "OrderChange_ownerId_decidedAt_idx" ON "OrderChange"("ownerId", "decidedAt");
