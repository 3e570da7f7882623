-- CreateTable
CREATE TABLE "budget_increases" (
    "id" TEXT NOT NULL,
    "budget_id" TEXT NOT NULL,
    "amount_nano" BIGINT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "request_id" TEXT,

    CONSTRAINT "budget_increases_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "budget_requests" (
    "id" TEXT NOT NULL,
    "budget_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "amount_nano" BIGINT NOT NULL,
    "until" TIMESTAMPTZ(3),
    "reason" TEXT NOT NULL,
    "decided_at" TIMESTAMPTZ(3),
    "decided_by" TEXT,
    "decision_note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "budget_requests_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "budget_increases_request_id_key" ON "budget_increases"("request_id");

-- CreateIndex
CREATE INDEX "budget_increases_budget_id_idx" ON "budget_increases"("budget_id");

-- CreateIndex
CREATE INDEX "budget_requests_budget_id_idx" ON "budget_requests"("budget_id");

-- CreateIndex
CREATE INDEX "budget_requests_user_id_idx" ON "budget_requests"("user_id");

-- CreateIndex
CREATE INDEX "budget_requests_created_at_id_idx" ON "budget_requests"("created_at", "id");

-- AddForeignKey
ALTER TABLE "budget_increases" ADD CONSTRAINT "budget_increases_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "budgets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budget_increases" ADD CONSTRAINT "budget_increases_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "budget_requests"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budget_requests" ADD CONSTRAINT "budget_requests_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "budgets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budget_requests" ADD CONSTRAINT "budget_requests_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the schema language cannot say: one open request per budget and person, and guards.
CREATE UNIQUE INDEX "budget_requests_open_key" ON "budget_requests" ("budget_id", "user_id") WHERE "state" = 'open';
ALTER TABLE "budget_requests" ADD CONSTRAINT "budget_requests_state_check" CHECK ("state" IN ('open', 'approved', 'denied', 'withdrawn'));
ALTER TABLE "budget_requests" ADD CONSTRAINT "budget_requests_amount_check" CHECK ("amount_nano" > 0);
ALTER TABLE "budget_increases" ADD CONSTRAINT "budget_increases_amount_check" CHECK ("amount_nano" > 0);
