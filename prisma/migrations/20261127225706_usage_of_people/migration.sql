-- CreateTable
CREATE TABLE "usage_user_daily" (
    "day" DATE NOT NULL,
    "user_id" TEXT NOT NULL,
    "team_path" TEXT NOT NULL,
    "requests" BIGINT NOT NULL,
    "errors" BIGINT NOT NULL,
    "prompt_tokens" BIGINT NOT NULL,
    "cached_tokens" BIGINT NOT NULL,
    "cache_write_tokens" BIGINT NOT NULL,
    "completion_tokens" BIGINT NOT NULL,
    "reasoning_tokens" BIGINT NOT NULL,
    "cost_nano" BIGINT NOT NULL,

    CONSTRAINT "usage_user_daily_pkey" PRIMARY KEY ("day","user_id","team_path")
);

-- CreateIndex
CREATE INDEX "usage_user_daily_user_id_day_idx" ON "usage_user_daily"("user_id", "day");

-- What has been counted so far.
INSERT INTO "usage_user_daily"
SELECT day, user_id, team_path, sum(requests), sum(errors), sum(prompt_tokens), sum(cached_tokens), sum(cache_write_tokens),
  sum(completion_tokens), sum(reasoning_tokens), sum(cost_nano)
FROM "usage_daily" GROUP BY 1, 2, 3;
