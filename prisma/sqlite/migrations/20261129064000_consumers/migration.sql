-- CreateTable
CREATE TABLE "JournalConsumer" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "cursor" BIGINT NOT NULL
);
