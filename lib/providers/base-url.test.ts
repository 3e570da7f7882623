import { describe, expect, test } from "vitest";
import { baseUrl, leavesHost } from "./base-url";

describe("a base URL", () => {
  test.each([
    ["https://api.example.com/v1", "https://api.example.com/v1"],
    ["https://api.example.com/v1/", "https://api.example.com/v1"],
    ["https://api.example.com//", "https://api.example.com"],
    ["  HTTPS://API.Example.com:443/V1 ", "https://api.example.com/V1"],
    ["http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"],
    ["https://api.example.com/a/../v1", "https://api.example.com/v1"],
  ])("%j is kept as %j", (text, kept) => {
    expect(baseUrl.parse(text)).toBe(kept);
  });

  test.each([
    "",
    "api.example.com/v1",
    "/v1",
    "ftp://api.example.com",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://user@api.example.com/v1",
    "https://user:word@api.example.com/v1",
    "https://@api.example.com/v1",
    "https://api.example.com/v1?key=1",
    "https://api.example.com/v1?",
    "https://api.example.com/v1#top",
    "https://api.example.com/v1#",
    "https://api.example.com\\@evil.example/v1",
    "https://api.example.com/\tv1",
    "https://api.example.com/v 1",
    "https://",
    `https://api.example.com/${"a".repeat(2_000)}`,
  ])("refuses %j", (text) => {
    expect(baseUrl.safeParse(text).success).toBe(false);
  });
});

describe("a key would be sent elsewhere", () => {
  test.each([
    ["https://a.example/v1", "https://b.example/v1", true],
    ["https://a.example/v1", "https://a.example:8443/v1", true],
    ["https://a.example/v1", "https://a.example.evil.example/v1", true],
    ["https://a.example/v1", "http://a.example/v1", true],
    ["http://a.example:8080/v1", "https://a.example:8080/v1", false],
    ["http://a.example/v1", "https://a.example/v1", false],
    ["https://a.example/v1", "https://a.example/v2", false],
    ["https://a.example/v1", "https://a.example:443/v1", false],
  ])("from %s to %s: %s", (before, after, leaves) => {
    expect(leavesHost(before, after)).toBe(leaves);
  });
});
