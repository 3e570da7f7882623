import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { renderConfigReference } from "./reference";
import { settingList } from "./settings";

const page = readFileSync("docs/reference/configuration.md", "utf8");

test("docs/reference/configuration.md is what the declarations say (npm run docs:reference)", () => {
  expect(page).toBe(renderConfigReference());
});

test("every setting can be given somewhere, and no place is declared twice", () => {
  const places = settingList.map((setting) => [setting.env, setting.file].filter((place) => place !== undefined));
  for (const own of places) expect(own.length).toBeGreaterThan(0);
  expect(new Set(places.flat()).size).toBe(places.flat().length);
});
