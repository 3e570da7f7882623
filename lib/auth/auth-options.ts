/** next-auth's configuration: what it may do here and how its cookies look. Made per request, because a build has none of the values yet. */
import type { AuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { getConfig } from "@/lib/config/config";
import { log } from "@/lib/log";
import { errorPath, localPath, signInPath, signOutPath } from "@/lib/paths";
import { endSession } from "@/lib/sessions/service";
import { signInWithMasterKey } from "./master-key-sign-in";
import type { ProviderDocument, ProviderSettings } from "./oidc/discovery";
import { cookiesOf } from "./oidc/flow";
import { dexProvider } from "./oidc/provider";
import { signInByClaims } from "./oidc/sign-in";
import { encodeSession, sessionCookieName } from "./session-token";
import type { Visit } from "./visit";

/** A sign-in by the identity provider that is beginning or ending with this request. */
export interface DexFlow {
  id: string;
  settings: ProviderSettings;
  document: ProviderDocument;
}

function cookiesFor(publicUrl: string, flow: DexFlow | null): AuthOptions["cookies"] {
  const isSecure = publicUrl.startsWith("https:");
  const prefix = isSecure ? "__Host-" : "";
  const options = { httpOnly: true, sameSite: "lax", path: "/", secure: isSecure } as const;
  return {
    sessionToken: { name: sessionCookieName(publicUrl), options },
    csrfToken: { name: `${prefix}pllm.csrf`, options },
    callbackUrl: { name: `${prefix}pllm.return`, options },
    ...(flow ? cookiesOf(flow.id, isSecure) : {}),
  };
}

/** The session's end is in the database; a sign-out that does not get there must not look like one. */
async function endSessionOf(visit: Visit, sid: unknown): Promise<void> {
  try {
    if (typeof sid === "string") await endSession(visit.ctx, sid);
  } catch (error) {
    log.error({ err: error }, "sign-out failed");
    visit.hasFailedToEnd = true;
  }
}

export function authOptions(visit: Visit, flow: DexFlow | null, sessionMaxAgeSeconds: number): AuthOptions {
  const { publicUrl, nextAuthSecret } = getConfig();
  return {
    secret: nextAuthSecret,
    useSecureCookies: publicUrl.startsWith("https:"),
    session: { strategy: "jwt", maxAge: sessionMaxAgeSeconds },
    // The same token that tests make: ids only, nothing about the person.
    jwt: {
      maxAge: sessionMaxAgeSeconds,
      encode: ({ token, secret }) =>
        encodeSession({ sid: String(token?.sid), sub: String(token?.sub) }, String(secret), sessionMaxAgeSeconds),
    },
    cookies: cookiesFor(publicUrl, flow),
    pages: { signIn: signInPath(), signOut: signOutPath, error: errorPath, verifyRequest: errorPath },
    providers: [
      CredentialsProvider({
        id: "master-key",
        name: "Master key",
        credentials: { master_key: { label: "Master key", type: "password" } },
        authorize: (credentials) => signInWithMasterKey(visit, credentials?.master_key ?? ""),
      }),
      ...(flow ? [dexProvider(flow.settings, flow.document, visit)] : []),
    ],
    callbacks: {
      signIn: ({ account, profile }) =>
        account?.provider === "dex"
          ? signInByClaims(visit, profile, account.refresh_token ?? null)
          : visit.session !== null,
      jwt: () => {
        if (!visit.session) throw new Error("nobody was let in");
        return { ...visit.session };
      },
      redirect: ({ url, baseUrl }) => new URL(localPath(url, baseUrl), baseUrl).href,
    },
    events: { signOut: ({ token }) => endSessionOf(visit, token?.sid) },
    // What failed is kept as a sign-in with its reason; next-auth's own words may hold what came from outside.
    logger: {
      error: (code) => log.warn({ code }, "next-auth"),
      warn: (code) => log.warn({ code }, "next-auth"),
      debug: () => undefined,
    },
  };
}
