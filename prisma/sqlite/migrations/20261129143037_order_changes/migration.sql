-- CreateTable
CREATE TABLE "OrderChange" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "sourceId" INTEGER,
    "symbol" TEXT NOT NULL,
    "denialCode" TEXT,
    "decidedAt" DATETIME NOT NULL
);

-- CreateIndex
CREATE INDEX "OrderChange_ownerId_id_idx" ON "OrderChange"("ownerId", "id");

-- CreateIndex
CREATE INDEX "OrderChange_ownerId_decidedAt_idx" ON "OrderChange"("ownerId", "decidedAt");
