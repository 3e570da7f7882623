import { expect, test } from "vitest";
import { z } from "zod";
import { AppError } from "@/lib/errors";
import { readInput } from "./read";
import { isoTime, name, positiveLimit, usd } from "./schemas";

const schemas = { body: z.strictObject({ at: isoTime, limit_usd: usd, rpm_limit: positiveLimit, name }).partial() };

function fieldsOf(body: unknown): unknown {
  const request = new Request("http://pllm.test/x", {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  try {
    readInput(schemas, request, {}, JSON.stringify(body));
    return [];
  } catch (error) {
    return error instanceof AppError ? error.fields : error;
  }
}

test.each<[Record<string, unknown>, string]>([
  [{ at: "never" }, "must be an ISO 8601 time such as 2026-01-31T00:00:00Z"],
  [{ limit_usd: "much" }, 'must be an amount in USD such as "12.34", with at most nine decimals'],
  [{ limit_usd: "9999999999" }, "is more than an amount may be"],
  [{ rpm_limit: 1.5 }, "must be a whole number"],
  [{ rpm_limit: 1e300 }, "is a number too large to be kept exactly"],
  [{ rpm_limit: "5" }, "must be a number"],
  [{ name: "two\nlines" }, "must not hold line breaks or other control characters"],
  [{ name: "abc\u202egnp" }, "must not hold line breaks or other control characters"],
  [{ colour: "red" }, "is not a known field"],
])("%j is refused for one reason, in words that end a sentence", (body, message) => {
  expect(fieldsOf(body)).toEqual([{ path: Object.keys(body)[0], message }]);
});

test("each field at fault is told, and what joins letters to one is no control character", () => {
  expect(fieldsOf({ at: 1, rpm_limit: 0 })).toMatchObject([{ path: "at" }, { path: "rpm_limit" }]);
  expect(fieldsOf({ name: "👩‍💻 Zoë" })).toEqual([]);
});
