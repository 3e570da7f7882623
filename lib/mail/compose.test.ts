import { describe, expect, test } from "vitest";
import { buildAlertData } from "@/lib/alerts/alert-data";
import { parseUsd } from "@/lib/money";
import { eventTypes } from "@/lib/outbox/schema";
import { periodAt } from "@/lib/periods";
import { composeMail, isMailed } from "./compose";

const url = "https://llm.example.com";

function alert(threshold: number, more: { hard?: boolean; name?: string | null; period?: "monthly" | "total" } = {}) {
  const { hard = true, name = "Engineering", period = "monthly" } = more;
  const nowMs = Date.UTC(2026, 10, 16);
  return buildAlertData({
    alertId: "alert_1",
    threshold,
    budget: { id: "bud_1", limitNano: parseUsd("100"), period, hard },
    period: periodAt(period, "UTC", nowMs),
    scope: { type: "team", id: "team_1", name },
    spentNano: parseUsd(String(threshold)),
    heldNano: parseUsd("1.5"),
    nowMs,
  });
}

const compose = (data: unknown, type = "budget.threshold_reached") => composeMail({ type, data }, url);

describe("a budget's mail", () => {
  test("says whose budget, how far, what is left, and when it will be spent", () => {
    expect(compose(alert(75))).toEqual({
      subject: "[pLLM] Budget of team Engineering has reached 75 %",
      text: `The monthly budget of team Engineering has reached 75 % of its limit.

Spent: 75.00 USD (75 %)
Limit: 100.00 USD, hard
Held by calls in flight: 1.50 USD
Remaining: 23.50 USD
Resets: 2026-12-01 00:00 UTC
Spent at this rate by: 2026-11-21 00:00 UTC

https://llm.example.com
`,
      html: expect.stringContaining("<td>75.00 USD (75 %)</td>"),
    });
  });

  test("that is spent says whether calls are refused, and until when", () => {
    const hard = compose(alert(100), "budget.exceeded");
    expect(hard.subject).toBe("[pLLM] Budget of team Engineering is spent");
    expect(hard.text).toContain("Calls that it covers are refused until 2026-12-01 00:00 UTC.");
    expect(hard.text).not.toContain("at this rate");
    expect(compose(alert(100, { hard: false }), "budget.exceeded").text).toContain("It is a soft budget: calls go on.");
    const total = compose(alert(100, { period: "total" }), "budget.exceeded");
    expect(total.text).toContain("Calls that it covers are refused.");
    expect(total.text).not.toContain("Resets");
  });

  test("a scope without a name goes by its id", () => {
    expect(compose(alert(50, { name: null })).subject).toBe("[pLLM] Budget of team team_1 has reached 50 %");
  });

  test("names are text: no markup in HTML, no line break in a header", () => {
    const mail = compose(alert(50, { name: `<img src=x onerror="alert('1')">\r\nBcc: everyone@example.com & co` }));
    expect(mail.html).not.toContain("<img");
    expect(mail.html).toContain("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;");
    expect(mail.html).toContain("&amp; co");
    expect(mail.subject).not.toMatch(/[\r\n]/);
  });
});

test("a disabled webhook's mail says which and why", () => {
  const data = { target: "https://a.example.com", description: "Ops", reason: "The receiver answered 410 Gone." };
  const mail = compose({ ...data, webhook_id: "hook_1", failing_since: null }, "webhook.disabled");
  expect(mail.subject).toBe("[pLLM] Webhook to https://a.example.com was disabled");
  expect(mail.text).toContain("Reason: The receiver answered 410 Gone.\nDescription: Ops");
});

test("budgets and disabled webhooks go by mail, the rest does not", () => {
  expect(eventTypes.filter(isMailed)).toEqual(["budget.threshold_reached", "budget.exceeded", "webhook.disabled"]);
  expect(isMailed("toString")).toBe(false);
  expect(() => compose({}, "key.created")).toThrow("are not mailed");
});
