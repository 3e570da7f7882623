import { expect, test } from "vitest";
import { isPublicPage, localPath, signInPath } from "./paths";

const origin = "https://pllm.example.test:8443";

test.each([
  ["/keys?page=2#last", "/keys?page=2#last"],
  ["https://pllm.example.test:8443/keys", "/keys"],
  ["keys", "/keys"],
  ["", "/"],
  [null, "/"],
  [undefined, "/"],
])("a target on this server is kept: %j → %j", (target, path) => {
  expect(localPath(target, origin)).toBe(path);
});

test.each([
  "https://evil.example",
  "https://pllm.example.test/keys",
  "http://pllm.example.test:8443/keys",
  "https://pllm.example.test:8443@evil.example/",
  "https://pllm.example.test.evil.example/",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/.//evil.example",
  "/keys/..//evil.example",
  "/\t/evil.example",
  "\u0000//evil.example",
  " //evil.example",
  "javascript:alert(1)",
  "data:text/html,hello",
  "http://",
])("%j leads nowhere but to the front page", (target) => {
  expect(localPath(target, origin)).toBe("/");
});

test("whatever comes out stays on this server when a browser reads it as a link", () => {
  const pieces = ["/", "//", "\\", ".", "..", "/./", "evil.example", "@", ":", "?", "#", "%2f", "\t", "https:"];
  for (const a of pieces)
    for (const b of pieces)
      for (const c of pieces)
        for (const d of pieces)
          expect(new URL(localPath(a + b + c + d, origin), origin).origin, a + b + c + d).toBe(origin);
});

test("the sign-in page remembers where to go and why one is there", () => {
  expect(signInPath()).toBe("/sign-in");
  expect(signInPath({ returnTo: "/" })).toBe("/sign-in");
  expect(signInPath({ returnTo: "/keys?q=a&b", reason: "SessionRequired" })).toBe(
    "/sign-in?callbackUrl=%2Fkeys%3Fq%3Da%26b&error=SessionRequired",
  );
});

test("a public page covers what is below it and not what merely starts like it", () => {
  expect(isPublicPage("/sign-in")).toBe(true);
  expect(isPublicPage("/sign-in/dex")).toBe(true);
  expect(isPublicPage("/sign-inx")).toBe(false);
  expect(isPublicPage("/")).toBe(false);
});
