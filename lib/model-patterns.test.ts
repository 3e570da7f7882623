import { expect, test } from "vitest";
import { compileMatcher } from "./model-patterns";

const model = { name: "gpt-4o", provider: { name: "openai" } };

test.each([
  ["nothing said", [], [], true],
  ["its name", ["gpt-4o"], [], true],
  ["its name with the provider", ["openai/gpt-4o"], [], true],
  ["another provider's model of that name", ["azure/gpt-4o"], [], false],
  ["a wildcard over names", ["gpt-*"], [], true],
  ["a wildcard over a provider", ["openai/*"], [], true],
  ["a wildcard that does not fit", ["claude-*"], [], false],
  ["a dot, which is no wildcard", ["gpt.4o"], [], false],
  ["blocked by name", [], ["gpt-4o"], false],
  ["blocked by wildcard, though allowed", ["gpt-4o"], ["openai/*"], false],
  ["blocked elsewhere", ["gpt-*"], ["azure/*"], true],
] as const)("%s", (_what, allowed, blocked, expected) => {
  expect(compileMatcher(allowed, blocked)(model)).toBe(expected);
});

test("hostile wildcards cost a call next to nothing", () => {
  const mayPass = compileMatcher(
    Array.from({ length: 20 }, (_, index) => `${"a*".repeat(90)}b${index}`),
    [],
  );
  const started = process.cpuUsage().user;
  expect(mayPass({ name: "a".repeat(200), provider: { name: "openai" } })).toBe(false);
  expect(process.cpuUsage().user - started).toBeLessThan(1_000_000);
});
