-- CreateTable
CREATE TABLE "JournalConsumer" (
    "name" TEXT NOT NULL,
    "cursor" BIGINT NOT NULL,

    CONSTRAINT "JournalConsumer_pkey" PRIMARY KEY ("name")
);
