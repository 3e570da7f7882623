import { expect, test } from "vitest";
import { findLowest, modelsOf } from "./key-levels";

test("the lowest limit counts and says where it comes from; of two alike the nearer one", () => {
  const levels = [
    { source: "This key", rpm_limit: 60, tpm_limit: null },
    { source: "ada@example.test", rpm_limit: 20, tpm_limit: null },
    { source: "Team Research", rpm_limit: 20 },
  ];
  expect(findLowest(levels, "rpm_limit")).toEqual({ value: 20, source: "ada@example.test" });
  expect(findLowest(levels, "tpm_limit")).toBeNull();
  expect(findLowest(levels, "parallel_limit")).toBeNull();
});

test("every list of models is told with its source, and an empty one is none", () => {
  const levels = [
    { source: "This key", allowed_models: ["a"], blocked_models: [] },
    { source: "Team Research", allowed_models: [], blocked_models: ["b/*"] },
  ];
  expect(modelsOf(levels)).toEqual([
    { label: "Models", names: ["a"], source: "This key" },
    { label: "Blocked models", names: ["b/*"], source: "Team Research" },
  ]);
});
