/**
 * Whose account a sign-in leads to, or why to none. Pure, so that the sign-in and the preview in the settings cannot differ.
 *
 * An identity is (issuer, subject). Whoever has it is found by it, whatever the e-mail address says. Somebody new is linked by an
 * e-mail address that the issuer calls verified, once, to an account that was made for them and that nobody has signed in to. An
 * account that somebody signs in to already is never handed over.
 */
import type { SignInCode } from "@/lib/sign-ins/codes";
import type { SignInClaims } from "./schema";

export interface AccountRules {
  auto_create_users: boolean;
  allowed_email_domains: readonly string[];
}

interface Account {
  disabled_at: Date | null;
  created_via: string;
}

/** What is known of the person before they are let in. */
export interface KnownAccounts {
  /** The account that has this (issuer, subject). */
  linked: Account | null;
  /** The account that has this e-mail address, and whether it has any identity. */
  holder: (Account & { isLinked: boolean; hasOpenInvitation: boolean }) | null;
}

export type Decision =
  /** The account that has the identity. */
  | { kind: "known" }
  /** The account that has the e-mail address; its open invitations are accepted. */
  | { kind: "linked" }
  | { kind: "created" }
  | { kind: "refused"; code: SignInCode; details: Record<string, unknown> };

function refuse(code: SignInCode, details: Record<string, unknown> = {}): Decision {
  return { kind: "refused", code, details };
}

function domainOf(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1);
}

function decideOnHolder(claims: SignInClaims, holder: NonNullable<KnownAccounts["holder"]>): Decision {
  if (!claims.email_verified) return refuse("email_unverified", { reason: "an account has this e-mail address" });
  if (holder.isLinked) return refuse("email_taken");
  if (holder.disabled_at) return refuse("user_disabled");
  if (holder.created_via === "invited" && !holder.hasOpenInvitation) return refuse("invitation_expired");
  return { kind: "linked" };
}

function decideOnNobody(claims: SignInClaims, email: string, rules: AccountRules): Decision {
  if (!rules.auto_create_users) return refuse("user_creation_disabled");
  if (rules.allowed_email_domains.length === 0) return { kind: "created" };
  const domain = domainOf(email);
  if (!rules.allowed_email_domains.includes(domain))
    return refuse("email_domain_not_allowed", { domain, allowed_email_domains: [...rules.allowed_email_domains] });
  if (!claims.email_verified) return refuse("email_unverified", { reason: "only some domains may create users" });
  return { kind: "created" };
}

/** `known.holder` may be left out where `known.linked` is there: it decides on nothing then. */
export function decideAccount(claims: SignInClaims, rules: AccountRules, known: KnownAccounts): Decision {
  if (known.linked) return known.linked.disabled_at ? refuse("user_disabled") : { kind: "known" };
  if (claims.email === null) return refuse("email_missing");
  return known.holder ? decideOnHolder(claims, known.holder) : decideOnNobody(claims, claims.email, rules);
}
