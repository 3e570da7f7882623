import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTestDatabase } from "@/lib/testing/database";
import { makeUser } from "@/lib/testing/factories";
import { ScriptedIssuer } from "@/lib/testing/issuer";
import { type Browser, configure, openSignIn } from "@/lib/testing/sign-in";
import { localCertificate, localKey } from "@/lib/testing/tls";

const t = openTestDatabase();
const stage = openSignIn();

let count = 0;
let person: { sub: string; email: string };
let sessionsBefore: number;

beforeEach(async () => {
  count += 1;
  person = { sub: `subject-${count}`, email: `person-${count}@example.test` };
  stage.issuer.person = { ...person, email_verified: true };
  sessionsBefore = await t.db.session.count();
});

afterEach(() => {
  Object.assign(stage.issuer, { twist: {}, onToken: null, document: {} });
});

/** Nobody is signed in: no row, no cookie, an own page that says why, and a record for the admin. */
async function expectNobody(browser: Browser, end: URL, code: string): Promise<void> {
  expect([end.origin, end.pathname, end.searchParams.get("error")]).toEqual([stage.url, "/error", code]);
  expect(browser.session).toBeUndefined();
  expect(await t.db.session.count()).toBe(sessionsBefore);
  expect(await t.db.signIn.findFirst({ orderBy: { id: "desc" } })).toMatchObject({ outcome: code });
}

async function expectFailure(code: string, browser = stage.browser()): Promise<void> {
  await expectNobody(browser, await browser.signIn(), code);
}

/** What a browser would bring back from the provider, changed. */
async function answerOf(browser: Browser, change: (search: URLSearchParams) => void): Promise<URL> {
  const answer = await browser.visitProvider(await browser.start());
  change(answer.searchParams);
  return answer;
}

describe("the answer's state", () => {
  test.each<[string, (search: URLSearchParams) => void]>([
    ["missing", (search) => search.delete("state")],
    ["empty", (search) => search.set("state", "")],
    ["made up", (search) => search.set("state", "A".repeat(43))],
  ])("%s: nobody", async (_what, change) => {
    const browser = stage.browser();
    await expectNobody(browser, await browser.finish(await answerOf(browser, change)), "state_expired");
  });

  test("of another browser: nobody (login CSRF)", async () => {
    const [attacker, victim] = [stage.browser(), stage.browser()];
    const answer = await attacker.visitProvider(await attacker.start());
    await expectNobody(victim, await victim.finish(answer), "state_expired");
    await victim.start();
    await expectNobody(victim, await victim.finish(answer), "state_expired");
  });

  test("of another tab, with the code of this one: nobody", async () => {
    const browser = stage.browser();
    const other = (await browser.start()).searchParams.get("state") ?? "";
    const answer = await answerOf(browser, (search) => search.set("state", other));
    // The code was given for this tab's challenge, and the other tab has another verifier.
    await expectNobody(browser, await browser.finish(answer), "provider_refused");
  });

  test("a second time: nobody, and the session of the first time goes on", async () => {
    const browser = stage.browser();
    const answer = await browser.visitProvider(await browser.start());
    await browser.finish(answer);
    const { session } = browser;
    const end = await browser.finish(answer);
    expect([end.pathname, end.searchParams.get("error")]).toEqual(["/error", "state_expired"]);
    expect(browser.session).toBe(session);
    expect(await t.db.session.count()).toBe(sessionsBefore + 1);
  });
});

describe("the cookies of a sign-in", () => {
  const partsOf = (browser: Browser, part: string) => [...browser.cookies.keys()].filter((name) => name.endsWith(part));

  test.each(["state", "nonce", "pkce"])("without the one with the %s: nobody", async (part) => {
    const browser = stage.browser();
    const answer = await browser.visitProvider(await browser.start());
    for (const name of partsOf(browser, `.${part}`)) browser.cookies.delete(name);
    await expectNobody(browser, await browser.finish(answer), "state_expired");
  });

  test.each(["nonce", "pkce"])("with the %s of another tab: nobody", async (part) => {
    const browser = stage.browser();
    await browser.start();
    const [foreign = ""] = partsOf(browser, `.${part}`);
    const value = browser.cookies.get(foreign) ?? "";
    const answer = await browser.visitProvider(await browser.start());
    for (const name of partsOf(browser, `.${part}`)) browser.cookies.set(name, value);
    await expectNobody(browser, await browser.finish(answer), "state_expired");
  });

  test("with one in the other's place: nobody", async () => {
    const browser = stage.browser();
    const answer = await browser.visitProvider(await browser.start());
    const [pkce = ""] = partsOf(browser, ".pkce");
    browser.cookies.set(pkce, browser.cookies.get(pkce.replace(".pkce", ".state")) ?? "");
    await expectNobody(browser, await browser.finish(answer), "state_expired");
  });
});

describe("the ID token", () => {
  const now = Math.floor(Date.now() / 1_000);
  test.each<[string, ScriptedIssuer["twist"], string]>([
    ["of another issuer", { claims: { iss: "https://other.example.test" } }, "issuer"],
    ["for another client", { claims: { aud: "somebody-else" } }, "audience"],
    ["for several clients without saying for which", { claims: { aud: ["pllm", "else"] } }, "audience"],
    ["for several clients, made out to another", { claims: { aud: ["pllm", "else"], azp: "else" } }, "audience"],
    ["signed with a key that is not the issuer's", { signature: "foreign" }, "signature"],
    ["signed with a key that nobody knows", { signature: "foreign", header: { kid: "k2" } }, "signature"],
    ["signed with the client's secret", { signature: "secret" }, "algorithm"],
    ["that says it is signed with nothing", { signature: "none" }, "algorithm"],
    ["that hides that behind a name", { signature: "none", header: { alg: "RS256" } }, "signature"],
    ["that has expired", { claims: { exp: now - 60 } }, "time"],
    ["that is not valid yet", { claims: { nbf: now + 600 } }, "time"],
    ["without an end", { claims: { exp: undefined } }, "form"],
    ["without a nonce", { claims: { nonce: undefined } }, "nonce"],
    ["with another nonce", { claims: { nonce: "another" } }, "nonce"],
    ["about nobody", { claims: { sub: undefined } }, "form"],
    ["about an empty name", { claims: { sub: "" } }, "claims"],
    ["with groups that are no names", { claims: { groups: [{ name: "admins" }] } }, "claims"],
  ])("%s: nobody", async (_what, twist, check) => {
    stage.issuer.twist = twist;
    await expectFailure("token_invalid");
    const { details } = await t.db.signIn.findFirstOrThrow({ orderBy: { id: "desc" } });
    expect(details).toMatchObject({ check });
    expect(JSON.stringify(details)).not.toMatch(/eyJ/);
  });

  test("missing: nobody", async () => {
    stage.issuer.onToken = (_form, honest) => {
      const { status, body } = honest();
      return { status, body: { ...body, id_token: undefined } };
    };
    await expectFailure("token_invalid");
  });

  test("of an earlier sign-in, replayed: nobody", async () => {
    let kept: unknown;
    stage.issuer.onToken = (_form, honest) => {
      const { status, body } = honest();
      kept ??= body.id_token;
      return { status, body: { ...body, id_token: kept } };
    };
    await stage.browser().signIn();
    sessionsBefore += 1;
    await expectFailure("token_invalid");
  });

  test("in the address bar instead of a code: nobody", async () => {
    const browser = stage.browser();
    const address = await browser.start();
    const nonce = address.searchParams.get("nonce") ?? "";
    const token = stage.issuer.mint({ ...person, nonce });
    const answer = new URLSearchParams({ id_token: token, state: address.searchParams.get("state") ?? "" });
    const end = await browser.finish(new URL(`/api/auth/callback/dex?${answer}`, stage.url));
    expect(end.pathname).toBe("/error");
    expect(browser.session).toBeUndefined();
    expect(await t.db.session.count()).toBe(sessionsBefore);
  });
});

describe("the code", () => {
  test("made up: nobody", async () => {
    const browser = stage.browser();
    const answer = await answerOf(browser, (search) => search.set("code", "made-up"));
    await expectNobody(browser, await browser.finish(answer), "provider_refused");
  });

  test("of somebody else's sign-in, put into one's own answer: nobody (code injection)", async () => {
    const [victim, attacker] = [stage.browser(), stage.browser()];
    const stolen = (await victim.visitProvider(await victim.start())).searchParams.get("code") ?? "";
    const answer = await answerOf(attacker, (search) => search.set("code", stolen));
    await expectNobody(attacker, await attacker.finish(answer), "provider_refused");
  });

  test("that the provider gave without a challenge: nobody, as its nonce is not this sign-in's", async () => {
    const browser = stage.browser();
    const code = stage.issuer.giveCode({ redirectUri: `${stage.url}/api/auth/callback/dex` });
    const answer = await answerOf(browser, (search) => search.set("code", code));
    await expectNobody(browser, await browser.finish(answer), "token_invalid");
  });

  test("travels with its verifier, which hashes to the challenge", async () => {
    let verifier = "";
    stage.issuer.onToken = (form, honest) => {
      verifier = form.get("code_verifier") ?? "";
      return honest();
    };
    const browser = stage.browser();
    const address = await browser.start();
    await browser.finish(await browser.visitProvider(address));
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    expect(challenge).toBe(address.searchParams.get("code_challenge"));
  });
});

describe("two providers mixed up", () => {
  test("an answer that names another issuer: nobody", async () => {
    const browser = stage.browser();
    const answer = await answerOf(browser, (search) => search.set("iss", "https://other.example.test"));
    await expectNobody(browser, await browser.finish(answer), "token_invalid");
  });

  test("an answer that names none, where the provider says that it always does: nobody", async () => {
    stage.issuer.document = { authorization_response_iss_parameter_supported: true };
    await expectFailure("token_invalid");
  });

  test("a discovery document that speaks for another issuer: nobody, and nobody is sent there", async () => {
    stage.issuer.document = { issuer: "https://other.example.test" };
    const browser = stage.browser();
    await expectNobody(browser, await browser.start(), "provider_unreachable");
  });

  test("keys and tokens of another provider: nobody", async () => {
    const other = new ScriptedIssuer();
    other.issuer = stage.issuer.issuer;
    await other.start();
    try {
      const configured = configure({ dexInternalIssuer: `${other.url}/dex` });
      const browser = stage.browser();
      const answer = await browser.visitProvider(await browser.start());
      const end = await browser.finish(answer);
      configured.restore();
      await expectNobody(browser, end, "provider_refused");
    } finally {
      await other.close();
    }
  });
});

describe("a way out of this server", () => {
  test.each([
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/.//evil.example",
    "javascript:alert(1)",
    "http://127.0.0.1.evil.example/",
  ])("%s is none after signing in", async (target) => {
    const browser = stage.browser();
    const end = await browser.signIn(target);
    expect(end.href).toBe(`${stage.url}/`);
    expect(browser.session).toBeDefined();
  });

  test("is none in the cookie that keeps where one was going, either", async () => {
    const browser = stage.browser();
    const answer = await browser.visitProvider(await browser.start("/keys"));
    for (const name of [...browser.cookies.keys()].filter((key) => key.endsWith(".return")))
      browser.cookies.set(name, encodeURIComponent("https://evil.example/"));
    answer.searchParams.set("callbackUrl", "https://evil.example/");
    const end = await browser.finish(answer);
    expect(end.origin).toBe(stage.url);
  });
});

describe("e-mail addresses that collide", () => {
  const others = async () => {
    await stage.browser().signIn();
    sessionsBefore += 1;
    const { id } = await t.db.user.findUniqueOrThrow({ where: { email: person.email } });
    return id;
  };

  test.each([true, false])(
    "another subject with the same address (verified: %s) takes no account over",
    async (email_verified) => {
      const owner = await others();
      stage.issuer.person = { sub: `${person.sub}-other`, email: person.email, email_verified };
      await expectFailure(email_verified ? "email_taken" : "email_unverified");
      expect(await t.db.identity.findMany({ where: { user_id: owner } })).toMatchObject([{ subject: person.sub }]);
    },
  );

  test("an address that nobody verified takes no account that waits for somebody", async () => {
    await makeUser(t.db, { email: person.email, role: "admin", manual_role: "admin" });
    stage.issuer.person = { ...person, email_verified: false };
    await expectFailure("email_unverified");
    stage.issuer.person = { ...person, email_verified: "yes" };
    await expectFailure("email_unverified");
  });

  test("another address with the same subject is the same account, and takes nobody else's address", async () => {
    const owner = await others();
    const somebody = await makeUser(t.db, { email: `taken-${count}@example.test` });
    stage.issuer.person = { sub: person.sub, email: somebody.email, email_verified: true };
    await stage.browser().signIn();
    expect(await t.db.user.findUniqueOrThrow({ where: { id: owner } })).toMatchObject({ email: person.email });
    expect(await t.db.session.count({ where: { user_id: somebody.id } })).toBe(0);
    expect(await t.db.session.count({ where: { user_id: owner } })).toBe(2);
  });
});

describe("forms of other pages", () => {
  const form = (browser: Browser, headers: Record<string, string>, csrfToken: string) =>
    browser.request("/api/auth/signin/dex", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body: new URLSearchParams({ csrfToken, json: "true" }).toString(),
    });

  test.each<[string, Record<string, string>, number]>([
    ["from a foreign origin", { origin: "https://evil.example" }, 403],
    ["from an opaque origin", { origin: "null" }, 403],
    ["as text/plain", { "content-type": "text/plain" }, 415],
    ["as JSON", { "content-type": "application/json" }, 415],
  ])("%s start nothing, whatever token they have", async (_what, headers, status) => {
    const browser = stage.browser();
    const { csrfToken } = await (await browser.request("/api/auth/csrf")).json();
    expect((await form(browser, headers, csrfToken)).status).toBe(status);
    expect([...browser.cookies.keys()].filter((name) => name.includes("flow"))).toEqual([]);
  });

  test("without an origin need the token, which another site cannot read", async () => {
    const browser = stage.browser();
    await browser.request("/api/auth/csrf");
    expect(await (await form(browser, {}, "a-guess")).json()).toEqual({ url: expect.stringContaining("csrf=true") });
    expect([...browser.cookies.keys()].filter((name) => name.includes("flow"))).toEqual([]);
  });

  test("sign nobody out", async () => {
    const browser = stage.browser();
    await browser.signIn();
    const headers = { origin: "https://evil.example", "content-type": "application/x-www-form-urlencoded" };
    const answer = await browser.request("/api/auth/signout", { method: "POST", headers, body: "csrfToken=x" });
    expect(answer.status).toBe(403);
    expect(browser.session).toBeDefined();
    expect(await t.db.session.count({ where: { ended_at: null } })).toBe(sessionsBefore + 1);
  });

  test("what stands in the address goes on to no provider", async () => {
    const browser = stage.browser();
    const answer = await browser.post("/api/auth/signin/dex?redirect_uri=https://evil.example&scope=openid", {});
    expect(answer.status).toBe(404);
  });
});

test("an issuer whose certificate nobody vouches for is asked nothing", async () => {
  const asked: string[] = [];
  const server = createServer({ key: localKey, cert: localCertificate }, (request, response) => {
    asked.push(request.url ?? "");
    response.end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const configured = configure({ dexInternalIssuer: `https://127.0.0.1:${port}/dex` });
  try {
    const browser = stage.browser();
    await expectNobody(browser, await browser.start(), "provider_unreachable");
    const { details } = await t.db.signIn.findFirstOrThrow({ orderBy: { id: "desc" } });
    expect(details).toEqual({ reason: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(asked).toEqual([]);
  } finally {
    configured.restore();
    server.close();
  }
});
