-- CreateTable
CREATE TABLE "usage_traces" (
    "event_id" TEXT NOT NULL,
    "trace" JSONB NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "usage_traces_pkey" PRIMARY KEY ("event_id")
);

-- CreateTable
CREATE TABLE "refusals" (
    "id" TEXT NOT NULL,
    "request_id" TEXT NOT NULL,
    "key_id" TEXT,
    "user_id" TEXT,
    "team_id" TEXT,
    "team_path" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "endpoint" TEXT NOT NULL,
    "model" TEXT,
    "http_status" INTEGER NOT NULL,
    "error_code" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "details" JSONB,
    "client" TEXT,
    "count" INTEGER NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "refusals_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "refusals_last_at_id_idx" ON "refusals"("last_at", "id");

-- CreateIndex
CREATE INDEX "refusals_key_id_last_at_idx" ON "refusals"("key_id", "last_at");

-- CreateIndex
CREATE INDEX "refusals_user_id_last_at_idx" ON "refusals"("user_id", "last_at");

-- CreateIndex
CREATE INDEX "refusals_team_path_idx" ON "refusals" USING GIN ("team_path");
