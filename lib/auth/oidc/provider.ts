/** The identity provider as next-auth knows it. Its endpoints are spelt out, because next-auth's own discovery knows one address only. */
import type { OAuthConfig } from "next-auth/providers/oauth";
import { SignInError } from "@/lib/sign-ins/codes";
import type { Visit } from "../visit";
import { exchangeCode } from "./client";
import type { ProviderDocument, ProviderSettings } from "./discovery";
import { toSignInError } from "./problems";

const scope = "openid profile email groups offline_access";

export interface DexClaims extends Record<string, unknown> {
  sub: string;
}

export function dexProvider(
  settings: ProviderSettings,
  document: ProviderDocument,
  visit: Visit,
): OAuthConfig<DexClaims> {
  return {
    id: "dex",
    name: "Dex",
    type: "oauth",
    issuer: document.issuer,
    clientId: settings.clientId,
    clientSecret: settings.clientSecret,
    client: { redirect_uris: [settings.redirectUrl] },
    checks: ["pkce", "state", "nonce"],
    idToken: true,
    authorization: { url: document.authorization_endpoint, params: { scope } },
    jwks_endpoint: document.jwks_uri,
    token: {
      url: document.token_endpoint,
      // The exchange is ours, so that its failures are told apart and sign-in and refresh have the same client.
      request: async ({ params, checks }) => {
        try {
          return { tokens: await exchangeCode(settings, params, checks) };
        } catch (error) {
          visit.problem = toSignInError(error);
          throw new SignInError(visit.problem.code);
        }
      },
    },
    // next-auth wants an id before anybody has looked at the claims; what they are worth is decided afterwards.
    profile: (claims) => ({ id: claims.sub || "nobody" }),
  };
}
