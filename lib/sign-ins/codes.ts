/**
 * Every way in which a sign-in can fail: what the person reads, and what an admin reads about it. Pure; pages, the troubleshooter
 * and the sign-in itself take their words from this one table.
 */

export interface SignInProblem {
  /** For the person who could not sign in. */
  title: string;
  /** For an admin: what happened. */
  cause: string;
  /** For an admin: what to do about it. */
  remedy: string;
}

export const signInProblems = {
  user_creation_disabled: {
    title: "You have no account here yet. Ask an administrator to invite you.",
    cause: "Nobody here has this e-mail address, and first sign-ins do not create users.",
    remedy: "Invite the person, create the user, or switch on `auto_create_users` in the settings.",
  },
  email_domain_not_allowed: {
    title: "E-mail addresses of this domain may not sign up here. Ask an administrator to invite you.",
    cause: "Nobody here has this e-mail address, and its domain is not among those that may create users.",
    remedy: "Add the domain to `allowed_email_domains` in the settings, or invite the person.",
  },
  email_missing: {
    title: "Your identity provider did not tell your e-mail address.",
    cause: "The claims of a first sign-in hold no `email`.",
    remedy:
      "Have the connector pass the e-mail address on; some need one more scope, or a public address in the profile.",
  },
  email_unverified: {
    title: "Your identity provider has not verified your e-mail address.",
    cause:
      "`email_verified` is not true, and it has to be: an account with this address exists already, or only some domains may create users.",
    remedy: "Have the address verified at the identity provider, or set up its connector to pass on that it is.",
  },
  email_taken: {
    title: "Your e-mail address belongs to an account that somebody signs in to in another way.",
    cause: "The account with this e-mail address is linked to another subject or connector, and is never handed over.",
    remedy:
      "Sign in through the connector that was used first. If the person has moved for good, change the account's e-mail address or delete the account.",
  },
  invitation_expired: {
    title: "Your invitation has expired or was withdrawn. Ask for a new one.",
    cause: "The account waits for an invitation to be accepted, and none is open.",
    remedy: "Send the invitation again.",
  },
  user_disabled: {
    title: "Your account is disabled.",
    cause: "An administrator has disabled this user.",
    remedy: "Enable the user, if they are to come back.",
  },
  provider_unreachable: {
    title: "The identity provider cannot be reached at the moment. Try again shortly.",
    cause: "This server could not reach the issuer, or got no usable answer from it.",
    remedy:
      "Check that the issuer runs, that its address and TLS certificate are right as seen from this server, and that its discovery document names the same issuer.",
  },
  provider_refused: {
    title: "The identity provider did not let you in.",
    cause: "The identity provider answered with an error, such as access_denied.",
    remedy:
      "The details hold its answer; its own log says more. Check the client's id, secret and callback address there.",
  },
  state_expired: {
    title: "This sign-in took too long or was started elsewhere. Start again.",
    cause:
      "The answer does not belong to a sign-in that this browser has open: the cookie with its state is missing, old or another one.",
    remedy:
      "Start again from the sign-in page. If it happens every time, the browser drops our cookies: check that people use the public address that the configuration names.",
  },
  token_invalid: {
    title: "The identity provider's answer could not be trusted.",
    cause: "The ID token's issuer, audience, key, algorithm, nonce or time is not what it must be.",
    remedy: "Check the issuer's address, the client id and both clocks. The details say which check failed.",
  },
  master_key_wrong: {
    title: "This is not the master key of this server.",
    cause: "Somebody entered a wrong master key.",
    remedy: "The key is the one that the server was started with; a new one counts from the next start on.",
  },
  master_key_disabled: {
    title: "Signing in with the master key is switched off here.",
    cause: "`master_key_sign_in` is off in the settings.",
    remedy: "Switch it on there; the master key as a bearer token can do that too.",
  },
  rate_limited: {
    title: "Too many failed attempts from this address. Wait five minutes, then try again.",
    cause: "Ten attempts from one address failed within five minutes.",
    remedy: "Wait, and find out who tries: the audit log holds the addresses.",
  },
  internal: {
    title: "Signing in failed on the server's side. Its log says why.",
    cause: "Something went wrong on our side.",
    remedy: "Look into the server's log at this time.",
  },
} as const satisfies Record<string, SignInProblem>;

export type SignInCode = keyof typeof signInProblems;
export const signInCodes = Object.keys(signInProblems) as SignInCode[];

export function isSignInCode(text: string): text is SignInCode {
  return Object.hasOwn(signInProblems, text);
}

/** Why somebody may not sign in. `details` are words for an admin, kept with the sign-in: never a secret or a token. */
export class SignInError extends Error {
  override readonly name = "SignInError";

  constructor(
    readonly code: SignInCode,
    readonly details: Readonly<Record<string, unknown>> = {},
    options: { cause?: unknown } = {},
  ) {
    super(signInProblems[code].cause, options);
  }
}
