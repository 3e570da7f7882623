import { describe, expect, test } from "vitest";
import { decideAccount, type KnownAccounts } from "./account";

const claims = {
  issuer: "https://dex.test",
  subject: "s",
  email: "ada@example.com",
  email_verified: true,
  name: null,
  groups: [],
};
const open = { auto_create_users: true, allowed_email_domains: [] };
const nobody: KnownAccounts = { linked: null, holder: null };
const account = { disabled_at: null, created_via: "api" };
const holder = { ...account, isLinked: false, hasOpenInvitation: false };
const decide = (given: Partial<typeof claims> | { email: null }, known: Partial<KnownAccounts>, rules = {}) => {
  const decision = decideAccount({ ...claims, ...given }, { ...open, ...rules }, { ...nobody, ...known });
  return decision.kind === "refused" ? decision.code : decision.kind;
};

describe("whoever has the identity", () => {
  test("is known by it, whatever the e-mail address says", () => {
    const taken = { ...holder, isLinked: true };
    expect(decide({ email: null }, { linked: account })).toBe("known");
    expect(decide({ email_verified: false }, { linked: account, holder: taken })).toBe("known");
    expect(decide({}, { linked: account }, { auto_create_users: false, allowed_email_domains: ["x.test"] })).toBe(
      "known",
    );
  });

  test("is refused while disabled", () => {
    expect(decide({}, { linked: { ...account, disabled_at: new Date() } })).toBe("user_disabled");
  });
});

describe("an e-mail address that an account has", () => {
  test.each(["api", "cli", "bootstrap", "scim"])("links one made by %s that nobody signs in to", (created_via) => {
    expect(decide({}, { holder: { ...holder, created_via } })).toBe("linked");
  });

  test("links also where nobody may be created", () => {
    const rules = { auto_create_users: false, allowed_email_domains: ["elsewhere.test"] };
    expect(decide({}, { holder }, rules)).toBe("linked");
  });

  test("links nothing unless the issuer calls it verified", () => {
    expect(decide({ email_verified: false }, { holder })).toBe("email_unverified");
    expect(decide({ email_verified: false }, { holder: { ...holder, isLinked: true } })).toBe("email_unverified");
  });

  test("never takes over an account that somebody signs in to", () => {
    expect(decide({}, { holder: { ...holder, isLinked: true } })).toBe("email_taken");
  });

  test("of a disabled account lets nobody in", () => {
    expect(decide({}, { holder: { ...holder, disabled_at: new Date() } })).toBe("user_disabled");
  });

  test("of an invited account links it only while an invitation is open", () => {
    const invited = { ...holder, created_via: "invited" };
    expect(decide({}, { holder: invited })).toBe("invitation_expired");
    expect(decide({}, { holder: { ...invited, hasOpenInvitation: true } })).toBe("linked");
  });
});

describe("somebody new", () => {
  test("gets an account where that is switched on and their domain may", () => {
    expect(decide({}, {})).toBe("created");
    expect(decide({}, {}, { allowed_email_domains: ["example.org", "example.com"] })).toBe("created");
  });

  test("gets one without a verified address only where domains do not matter", () => {
    expect(decide({ email_verified: false }, {})).toBe("created");
    expect(decide({ email_verified: false }, {}, { allowed_email_domains: ["example.com"] })).toBe("email_unverified");
  });

  test.each(["mail.example.com", "example.com.evil.test", "evilexample.com", "com"])(
    "of %s does not pass for the allowed example.com",
    (domain) => {
      const rules = { allowed_email_domains: ["example.com"] };
      expect(decide({ email: `ada@${domain}` }, {}, rules)).toBe("email_domain_not_allowed");
      expect(decide({ email: `"ada@example.com"@${domain}` }, {}, rules)).toBe("email_domain_not_allowed");
    },
  );

  test("gets none where that is switched off, or without an e-mail address", () => {
    expect(decide({}, {}, { auto_create_users: false })).toBe("user_creation_disabled");
    expect(decide({ email: null }, {})).toBe("email_missing");
  });
});
