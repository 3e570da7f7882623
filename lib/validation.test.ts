import { expect, test } from "vitest";
import { z } from "zod";
import { describeIssue } from "./validation";

test.each<[string, z.ZodType, unknown]>([
  ["must be a whole number", z.int(), 1.5],
  ["must be a number", z.int(), "1"],
  ["must be a number", z.number(), null],
  ["must be a number", z.coerce.number(), "x"],
  ["is out of range", z.int(), 1e300],
  ["must be text", z.string(), 1],
  ["must be true or false", z.boolean(), "yes"],
  ["must be a list", z.array(z.string()), {}],
  ["must be an object", z.object({}), []],
  ["must be an object", z.record(z.string(), z.string()), "x"],
  ["is required", z.string(), undefined],
  ["is required", z.enum(["a", "b"]), undefined],
  ["must be at most 200", z.int().max(200), 201],
  ["must be at least 1", z.number().min(1), 0],
  ["must be less than 5", z.number().lt(5), 5],
  ["must be more than 0", z.number().positive(), 0],
  ["must have at most 1 character", z.string().max(1), "ab"],
  ["must have at least 2 characters", z.string().min(2), "a"],
  ["must have exactly 3 characters", z.string().length(3), "a"],
  ["must not be empty", z.string().min(1), ""],
  ["must not be empty", z.array(z.string()).min(1), []],
  ["must have at most 2 entries", z.array(z.string()).max(2), ["a", "b", "c"]],
  ['must be one of "a", "b"', z.enum(["a", "b"]), "c"],
  ['must be "a"', z.literal("a"), "b"],
  ["must be a multiple of 5", z.number().multipleOf(5), 3],
  ["has a name that cannot be used here", z.record(z.string().max(1), z.string()), { ab: "x" }],
  ["has none of the forms that are allowed here", z.union([z.string(), z.number()]), true],
  ["our own words", z.string().max(1, "our own words"), "ab"],
])("%s", (words, schema, value) => {
  const result = schema.safeParse(value, { error: describeIssue });
  expect(result.error?.issues.map(({ message }) => message)).toEqual([words]);
});
