import { expect, test } from "vitest";
import { toInternal } from "./discovery";

const settings = {
  issuer: "https://dex.example.com/dex",
  internalIssuer: "http://dex.internal:5556/dex",
  clientId: "pllm",
  clientSecret: "x",
  redirectUrl: "https://pllm.example.com/api/auth/callback/dex",
};

test.each([
  ["https://dex.example.com/dex/token", "http://dex.internal:5556/dex/token"],
  ["https://dex.example.com/dex", "http://dex.internal:5556/dex"],
  // On the issuer's host, not below it.
  ["https://dex.example.com/keys?v=1", "http://dex.internal:5556/keys?v=1"],
  ["https://dex.example.com/dexter/token", "http://dex.internal:5556/dexter/token"],
  // Somewhere else: stays.
  ["https://keys.example.com/dex/keys", "https://keys.example.com/dex/keys"],
  ["https://dex.example.com.evil.example/dex/keys", "https://dex.example.com.evil.example/dex/keys"],
  ["https://dex.example.com:8443/dex/token", "https://dex.example.com:8443/dex/token"],
])("%s is reached at %s", (url, expected) => {
  expect(toInternal(url, settings)).toBe(expected);
});
