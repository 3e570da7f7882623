import { describe, expect, test } from "vitest";
import { signInClaims, tokenClaims } from "./schema";

const read = (token: object) => tokenClaims.parse(token);

describe("a token's claims", () => {
  test("are read as Dex sends them, and nothing else of them", () => {
    const token = {
      iss: "https://dex.test/dex",
      sub: "CgNhZGE",
      aud: "pllm",
      exp: 1,
      at_hash: "x",
      email: " Ada@Example.TEST ",
      email_verified: true,
      name: " Ada ",
      preferred_username: "ada",
      groups: ["dev", "Dev", "dev", ""],
      federated_claims: { connector_id: "local", user_id: "1" },
    };
    const claims = {
      issuer: "https://dex.test/dex",
      subject: "CgNhZGE",
      email: "ada@example.test",
      email_verified: true,
      name: "Ada",
      groups: ["dev", "Dev"],
    };
    expect(read(token)).toEqual(claims);
    expect(signInClaims.parse(read(token))).toEqual(claims);
  });

  test.each([
    [true, true],
    ["true", true],
    [false, false],
    ["false", false],
    ["True", false],
    ["1", false],
    [null, false],
    [undefined, false],
  ])("email_verified %j is verified: %j", (email_verified, expected) => {
    expect(read({ email_verified }).email_verified).toBe(expected);
  });

  test("keep issuer, subject and groups as they are spelt, spaces included", () => {
    const { issuer, subject, groups } = read({ iss: "https://a ", sub: " 1", groups: ["ops ", " ops", "OPS", "ops"] });
    expect({ issuer, subject, groups }).toEqual({
      issuer: "https://a ",
      subject: " 1",
      groups: ["ops ", " ops", "OPS", "ops"],
    });
    const claims = { ...read({ iss: "https://a ", sub: " 1", groups: ["ops "] }), issuer, subject };
    expect(signInClaims.parse(claims)).toMatchObject({ issuer: "https://a ", subject: " 1", groups: ["ops "] });
  });

  test("do not make another letter's address the ASCII one", () => {
    // The Kelvin sign, whose lower case is k.
    expect(read({ email: "\u212Aate@example.com" }).email).toBe("\u212Aate@example.com");
  });

  test("need not be there", () => {
    expect(read({})).toEqual({
      issuer: null,
      subject: null,
      email: null,
      email_verified: false,
      name: null,
      groups: [],
    });
    expect(read({ email: "", groups: null, name: "  ", preferred_username: "ada" })).toMatchObject({
      email: null,
      groups: [],
      name: "ada",
    });
    expect(signInClaims.safeParse(read({})).success).toBe(false);
  });

  test.each([
    [{ groups: [{ name: "ops" }] }],
    [{ groups: 7 }],
    [{ sub: 7 }],
    [{ email: ["a@example.com"] }],
    [{ email_verified: { value: true } }],
  ])("of another shape are refused: %j", (token) => {
    expect(tokenClaims.safeParse(token).success).toBe(false);
  });
});

test("what no column holds is refused", () => {
  const claims = { issuer: "i", subject: "s", email: null, email_verified: false, name: null, groups: [] };
  expect(signInClaims.safeParse(claims).success).toBe(true);
  for (const broken of ["a\u0000b", "\ud800"]) {
    expect(signInClaims.safeParse({ ...claims, subject: broken }).success).toBe(false);
    expect(signInClaims.safeParse({ ...claims, groups: [broken] }).success).toBe(false);
  }
});
