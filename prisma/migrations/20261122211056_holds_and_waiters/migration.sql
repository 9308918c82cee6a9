-- AlterEnum
ALTER TYPE "clambake"."log_action" ADD VALUE 'BLOCKER_LAPSED';

-- AlterTable
ALTER TABLE "clambake"."blocker" ADD COLUMN     "resources" TEXT[];

-- Blockers from before hold nothing.
UPDATE "clambake"."blocker" SET "resources" = '{}';

-- CreateTable
CREATE TABLE "clambake"."hold" (
    "blocker_id" INTEGER NOT NULL,
    "key" TEXT COLLATE "C" NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "hold_pkey" PRIMARY KEY ("blocker_id","key")
);

-- CreateTable
CREATE TABLE "clambake"."waiter" (
    "id" SERIAL NOT NULL,
    "instance_id" TEXT,
    "resources" TEXT[],
    "keys" TEXT[],
    "client_key" TEXT,
    "owner" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "waiter_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "hold_key_idx" ON "clambake"."hold"("key");

-- CreateIndex
CREATE UNIQUE INDEX "waiter_client_key_key" ON "clambake"."waiter"("client_key");

-- CreateIndex
CREATE INDEX "waiter_instance_id_idx" ON "clambake"."waiter"("instance_id");

-- AddForeignKey
ALTER TABLE "clambake"."hold" ADD CONSTRAINT "hold_blocker_id_fkey" FOREIGN KEY ("blocker_id") REFERENCES "clambake"."blocker"("message_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."waiter" ADD CONSTRAINT "waiter_instance_id_fkey" FOREIGN KEY ("instance_id") REFERENCES "clambake"."instance"("id") ON DELETE CASCADE ON UPDATE CASCADE;
