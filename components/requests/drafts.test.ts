import { expect, test } from "vitest";
import type { BudgetRequest } from "@/lib/requests/queries";
import { approvalOf, startApproval } from "./approval-draft";
import { emptyAsk, newRequestOf } from "./ask-draft";

const asked = {
  amount_usd: "20.00",
  until: "2026-12-24T18:30:00.000Z",
  budget: { current: { period_end: "2026-12-01T00:00:00.000Z" } },
} as BudgetRequest;

test("granted as asked, nothing is sent, so that the time of day in what was asked for stays", () => {
  expect(approvalOf(startApproval(asked), asked)).toEqual({});
});

test("another amount, another day and a note go along", () => {
  const draft = { amount_usd: " 7.50", until_on: "2026-12-20", note: " half " };
  expect(approvalOf(draft, asked)).toEqual({ amount_usd: "7.50", until: "2026-12-20T00:00:00Z", note: "half" });
});

test("a day that was emptied means the end of the period", () => {
  expect(approvalOf({ ...startApproval(asked), until_on: "" }, asked)).toEqual({ until: "2026-12-01T00:00:00.000Z" });
});

test("who asks and names no day leaves that to whoever decides", () => {
  expect(newRequestOf("bud_1", { ...emptyAsk, amount_usd: "5 ", reason: "more" })).toEqual({
    budget_id: "bud_1",
    amount_usd: "5",
    reason: "more",
  });
});
