-- AlterTable
ALTER TABLE "audit_head" ADD COLUMN     "anchor_hash" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "anchor_seq" BIGINT NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "budgets_created_at_id_idx" ON "budgets"("created_at", "id");

-- CreateIndex
CREATE INDEX "deliveries_webhook_id_created_at_id_idx" ON "deliveries"("webhook_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "teams_name_id_idx" ON "teams"("name", "id");

-- CreateIndex
CREATE INDEX "teams_created_at_id_idx" ON "teams"("created_at", "id");

-- CreateIndex
CREATE INDEX "usage_events_request_id_idx" ON "usage_events"("request_id");
