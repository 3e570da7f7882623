import { describe, expect, test } from "vitest";
import { csvLine, exportResponse, pagesOf } from "./export";

describe("a CSV line", () => {
  test.each([
    [["a", 1, null, undefined, true], "a,1,,,true"],
    [["a,b", 'say "x"', "two\nlines"], '"a,b","say ""x""","two\nlines"'],
    [["=1+1", "+1", "-1", "@x", "\tx", "\rx"], `'=1+1,'+1,'-1,'@x,'\tx,"'\rx"`],
    [[-1, "0.5"], "-1,0.5"],
    [[["b", "a"], new Date(0)], "b;a,1970-01-01T00:00:00.000Z"],
    [[{ name: "x" }], '"{""name"":""x""}"'],
  ])("of %j is %j", (values, line) => {
    expect(csvLine(values)).toBe(`${line}\r\n`);
  });
});

describe("pages", () => {
  test("are read each after the one before, until one is not full", async () => {
    const asked: (number | null)[] = [];
    const pages = pagesOf(async (last: number | null, take) => {
      asked.push(last);
      const first = last === null ? 0 : last + 1;
      return Array.from({ length: first < 2 * take ? take : 3 }, (_, index) => first + index);
    });
    const response = exportResponse({
      format: "ndjson",
      filename: "numbers",
      columns: ["value"],
      pages: (async function* () {
        for await (const page of pages) yield page.map((value) => ({ value }));
      })(),
    });
    const lines = (await response.text()).trim().split("\n");
    expect(asked).toEqual([null, 999, 1_999]);
    expect(lines).toHaveLength(2_003);
    expect(lines.at(-1)).toBe('{"value":2002}');
  });

  test("are read only as they are taken, and no more where the reader goes away", async () => {
    let asked = 0;
    const pages = pagesOf(async (_last: number | null, take) => {
      asked += 1;
      return Array.from({ length: take }, (_, index) => index);
    });
    const response = exportResponse({
      format: "csv",
      filename: "numbers",
      columns: ["value"],
      pages: (async function* () {
        for await (const page of pages) yield page.map((value) => ({ value }));
      })(),
    });
    const reader = response.body?.getReader();
    await reader?.read();
    await new Promise((resolve) => setImmediate(resolve));
    const ahead = asked;
    await reader?.cancel();
    await new Promise((resolve) => setImmediate(resolve));
    expect(ahead).toBeLessThanOrEqual(2);
    expect(asked).toBe(ahead);
  });
});
