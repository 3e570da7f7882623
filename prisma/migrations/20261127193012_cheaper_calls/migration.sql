-- DropIndex
DROP INDEX "reservations_process_id_idx";

-- AlterTable
ALTER TABLE "usage_traces" ALTER COLUMN "trace" SET DATA TYPE JSON;
