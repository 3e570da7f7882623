import { describe, expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import { decodeCursor, encodeCursor, keyset, pageRows, toPage } from "./pagination";

const sortable = { name: "text", created_at: "time", amount: "number" } as const;

function codeOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

describe("a cursor", () => {
  test.each([
    ["name", "text", 'Ünïcode, "quoted"'],
    ["-created_at", "time", new Date("2026-03-10T12:00:00.123Z")],
    ["amount", "number", 42],
    ["-amount", "number", 9_007_199_254_740_993n],
  ] as const)("brings back the position in %s (%s)", (sort, kind, value) => {
    expect(decodeCursor(encodeCursor(sort, { value, id: "x_1" }), sort, kind)).toEqual({ value, id: "x_1" });
  });

  test.each([
    ["nonsense", "%%%"],
    ["another list's", encodeCursor("-name", { value: "a", id: "x" })],
    ["a time that is none", Buffer.from('["created_at","never","x"]').toString("base64url")],
    ["no value", Buffer.from('["created_at",null,"x"]').toString("base64url")],
    ["an object for a value", Buffer.from('["created_at",{"gt":1},"x"]').toString("base64url")],
    ["no id", Buffer.from('["created_at","2026-03-10T12:00:00Z"]').toString("base64url")],
    [
      "an id that cannot be stored",
      Buffer.from('["created_at","2026-03-10T12:00:00Z","\\u0000"]').toString("base64url"),
    ],
    ["a time before the years of columns", encodeCursor("created_at", { value: new Date(-8.64e15), id: "x" })],
    ["a time in the year 0", encodeCursor("created_at", { value: new Date("0000-12-31T23:59:59Z"), id: "x" })],
    ["a time after them", encodeCursor("created_at", { value: new Date("+010000-01-01T00:00:00Z"), id: "x" })],
  ])("is refused where it is %s", (_what, cursor) => {
    expect(codeOf(() => keyset({ limit: 10, sort: "created_at", cursor }, sortable))).toBe("invalid_input");
  });
});

test.each(["1.5", "1e308", '"9223372036854775808"', '"-9223372036854775809"', "9007199254740992", "true", '"1.5"'])(
  "a cursor with %s for a number, which no column holds, is refused",
  (text) => {
    const cursor = Buffer.from(`["amount",${text},"x"]`).toString("base64url");
    expect(codeOf(() => keyset({ limit: 10, sort: "amount", cursor }, sortable))).toBe("invalid_input");
  },
);

describe("sorting", () => {
  test.each(["colour", "", "-", "--name", "__proto__", "constructor"])("by %j is refused", (sort) => {
    expect(codeOf(() => keyset({ limit: 10, sort }, sortable))).toBe("invalid_input");
  });

  test("is newest first by default", () => {
    expect(keyset({ limit: 10 }, sortable)).toEqual({
      where: {},
      orderBy: [{ id: "desc" }],
      take: 11,
      field: "id",
      order: "desc",
      after: null,
    });
  });
});

describe("a page", () => {
  const rows = [1n, 2n, 3n].map((amount) => ({ id: `x_${amount}`, amount }));

  test("has a cursor only where more follows, and it continues after the last row shown", () => {
    expect(toPage(rows, { limit: 3, sort: "amount" }).next_cursor).toBeNull();
    const { data, next_cursor } = toPage(rows, { limit: 2, sort: "amount" });
    expect(data).toEqual(rows.slice(0, 2));
    const { where } = keyset({ limit: 2, sort: "amount", cursor: next_cursor ?? "" }, sortable);
    expect(where).toEqual({ amount: { gte: 2n }, OR: [{ amount: { gt: 2n } }, { id: { gt: "x_2" } }] });
  });
});

describe("a page of rows at hand", () => {
  const rows = ["b", "a", "c", "a", "b"].map((name, index) => ({ id: `x_${index}`, name }));
  const names = { name: "text" } as const;

  test.each([
    ["name", ["x_1", "x_3", "x_0", "x_4", "x_2"]],
    ["-name", ["x_2", "x_4", "x_0", "x_3", "x_1"]],
    [undefined, ["x_4", "x_3", "x_2", "x_1", "x_0"]],
  ])("by %s: the cursors lead through all of them once, whatever the page's size", (sort, expected) => {
    for (const limit of [1, 2, 3, 5, 9]) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = pageRows(rows, { limit, sort, cursor }, names);
        expect(page.data.length).toBeLessThanOrEqual(limit);
        seen.push(...page.data.map(({ id }) => id));
        cursor = page.next_cursor ?? undefined;
      } while (cursor);
      expect(seen).toEqual(expected);
    }
  });

  test("goes on after a row that is gone by then", () => {
    const { next_cursor } = pageRows(rows, { limit: 2, sort: "name" }, names);
    const rest = pageRows(rows.slice(0, 3), { limit: 9, sort: "name", cursor: next_cursor ?? "" }, names);
    expect(rest.data.map(({ id }) => id)).toEqual(["x_0", "x_2"]);
  });

  test("by what is not sortable is refused", () => {
    expect(codeOf(() => pageRows(rows, { limit: 2, sort: "colour" }, names))).toBe("invalid_input");
  });
});
