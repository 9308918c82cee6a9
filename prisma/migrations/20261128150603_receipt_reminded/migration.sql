-- AlterTable
ALTER TABLE "clambake"."receipt" ADD COLUMN     "reminded_at" TIMESTAMPTZ(3);
