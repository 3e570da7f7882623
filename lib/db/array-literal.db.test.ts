import { expect, test } from "vitest";
import { openTestDatabase } from "@/lib/testing/database";
import { arrayLiteral, type Cell } from "./array-literal";

const t = openTestDatabase();

async function readBack(values: readonly Cell[], type: string): Promise<unknown> {
  const { rows } = await t.pool.query(`SELECT $1::${type}[] AS read`, [arrayLiteral(values)]);
  return rows[0]?.read;
}

const texts = [
  "",
  "NULL",
  "null",
  "evt_01m8f73n",
  "a,b",
  "{}",
  '"',
  "\\",
  '\\"',
  " spaced ",
  "line\nbreak",
  "naïve \u{1f600}",
  null,
];

test("PostgreSQL reads every text as it was, and null as none", async () => {
  expect(await readBack(texts, "text")).toEqual(texts);
  expect(await readBack([], "text")).toEqual([]);
});

test("numbers, amounts, flags and moments keep their values", async () => {
  expect(await readBack([0, -1, 2_147_483_647, null], "int")).toEqual([0, -1, 2_147_483_647, null]);
  const { rows } = await t.pool.query("SELECT ($1::bigint[])[1] AS nano", [arrayLiteral([9_223_372_036_854_775_807n])]);
  expect(rows).toEqual([{ nano: 9_223_372_036_854_775_807n }]);
  expect(await readBack([true, false], "boolean")).toEqual([true, false]);
  const moments = [new Date(0), new Date("2026-03-29T01:30:00.123Z")];
  expect(await readBack(moments, "timestamptz")).toEqual(moments);
  expect(() => arrayLiteral([new Date(Number.NaN)])).toThrow(RangeError);
});

test("lists of different lengths become texts of arrays", async () => {
  const { rows } = await t.pool.query("SELECT list::text[] FROM unnest($1::text[]) AS list", [
    arrayLiteral([[], texts, ["one"]]),
  ]);
  expect(rows.map(({ list }) => list)).toEqual([[], texts, ["one"]]);
});
