/** No floating point touches money: looked for in the text of every source file. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const floats = [
  /\bparseFloat\s*\(/,
  /\.toFixed\s*\(/,
  /\bNumber\s*\([^)]*(nano|usd|cost|price|spent|limit_nano|held)/i,
  /\bMath\.\w+\s*\([^)]*(nano|usd|cost|price|spent)/i,
  /(double precision|::float|::real|::numeric\b(?!\())/i,
];

// Figures that are only looked at (a monitoring counter, a percentage, the bars of a page), and milliseconds.
const shown = [
  "lib/gateway/meter/figures.ts",
  "lib/client/format.ts",
  "lib/alerts/alert-data.ts",
  "lib/boot/run.ts",
  "lib/histogram.ts",
];

function offences(file: string): string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line, index) =>
      !/^\s*(\/\/|\*|\/\*)/.test(line) && floats.some((pattern) => pattern.test(line))
        ? [`${file}:${index + 1} ${line.trim()}`]
        : [],
    );
}

const sources = ["lib", "app", "prisma"]
  .flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: "utf8" }).map((file) => path.posix.join(room, file)),
  )
  .filter(
    (file) => /\.(ts|tsx|sql|prisma)$/.test(file) && !/\.test\.ts$|lib\/testing\/|lib\/db\/generated\//.test(file),
  )
  .filter((file) => !shown.includes(file));

test("the check sees what it looks for", () => {
  expect(floats.some((pattern) => pattern.test("const x = Number(row.cost_nano) / 1e9;"))).toBe(true);
  expect(floats.some((pattern) => pattern.test("parseFloat(text)"))).toBe(true);
  expect(sources.length).toBeGreaterThan(200);
});

test("no money path uses floating point", () => {
  expect(sources.flatMap(offences)).toEqual([]);
});
