-- CreateTable
CREATE TABLE "usage_monthly" (
    "month" DATE NOT NULL,
    "key_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "team_path" TEXT NOT NULL,
    "requests" BIGINT NOT NULL,
    "cost_nano" BIGINT NOT NULL,

    CONSTRAINT "usage_monthly_pkey" PRIMARY KEY ("month","key_id","user_id","team_path")
);

-- CreateIndex
CREATE INDEX "usage_monthly_user_id_month_idx" ON "usage_monthly"("user_id", "month");

-- What has been counted so far.
INSERT INTO "usage_monthly"
SELECT date_trunc('month', day)::date, key_id, user_id, team_path, sum(requests), sum(cost_nano) FROM "usage_daily" GROUP BY 1, 2, 3, 4;
