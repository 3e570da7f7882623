/**
 * Sign-in for people, by next-auth: what it may do here and how its sessions look. Called by app/api/auth alone; a session's
 * cookie is read by lib/auth/authenticate, which also decides, at each request, what it is still worth.
 */
import type { NextRequest } from "next/server";
import NextAuth, { type AuthOptions, type RequestInternal } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { recordAudit } from "@/lib/audit/record";
import { getConfig } from "@/lib/config/config";
import { type Context, systemContext, withTransaction } from "@/lib/context";
import { getDb } from "@/lib/db/client";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { errorPath, localPath, signInPath, signOutPath } from "@/lib/paths";
import { verifyMasterKey } from "./master-key";
import { masterPrincipal } from "./principal";
import { encodeSession, sessionCookieName, sessionMaxAgeSeconds } from "./session-token";

const largestFormBytes = 8_192;

// next-auth brings more doors than are used here. The one that lets anybody write into the log stays shut (`_log`), and the one
// that renews tokens too (`session`): a session ends after its time, however it came into whose hands.
const openDoors = {
  GET: ["csrf", "signin", "signout", "error"],
  POST: ["callback/master-key", "signout"],
} as const;

async function noteSignIn(ctx: Context, masterKeyId: string): Promise<void> {
  const signedIn = { ...ctx, principal: masterPrincipal(masterKeyId) };
  await withTransaction(signedIn, (tx) =>
    recordAudit(tx, { action: "session.created", target_type: "master_key", target_id: masterKeyId }),
  );
}

function addressOf(headers: RequestInternal["headers"]): string | null {
  const forwarded: unknown = headers?.["x-forwarded-for"];
  return typeof forwarded === "string" ? forwarded.split(",")[0]?.trim() || null : null;
}

/**
 * Who signs in with `masterKey`: the key's row, or null for a wrong one. Throws an Error whose message is a code of the error table:
 * next-auth puts it into a URL, where neither a sentence for the log nor a secret belongs.
 */
export async function authorizeMasterKey(
  masterKey: string | undefined,
  request: Pick<RequestInternal, "headers">,
): Promise<{ id: string } | null> {
  const ctx = { ...systemContext(getDb(), "sign-in"), address: addressOf(request.headers) };
  try {
    const id = await verifyMasterKey(ctx, masterKey?.trim() ?? "");
    if (!id) return null;
    await noteSignIn(ctx, id);
    return { id };
  } catch (error) {
    if (error instanceof AppError) throw new Error(error.code);
    log.error({ err: error }, "sign-in failed");
    throw new Error("internal");
  }
}

/** next-auth's configuration; made per request, because a build has none of the values yet. */
export function authOptions(): AuthOptions {
  const { publicUrl, nextAuthSecret } = getConfig();
  const isSecure = publicUrl.startsWith("https:");
  return {
    secret: nextAuthSecret,
    useSecureCookies: isSecure,
    session: { strategy: "jwt", maxAge: sessionMaxAgeSeconds },
    // The same token that tests and the CLI make: ids only, nothing about the person.
    jwt: {
      maxAge: sessionMaxAgeSeconds,
      encode: ({ token, secret }) =>
        encodeSession({ sub: token?.sub ?? "", epoch: Number(token?.epoch) }, String(secret)),
    },
    cookies: {
      sessionToken: {
        name: sessionCookieName(publicUrl),
        options: { httpOnly: true, sameSite: "lax", path: "/", secure: isSecure },
      },
    },
    pages: { signIn: signInPath(), signOut: signOutPath, error: errorPath, verifyRequest: errorPath },
    providers: [
      CredentialsProvider({
        id: "master-key",
        name: "Master key",
        credentials: { master_key: { label: "Master key", type: "password" } },
        authorize: (credentials, request) => authorizeMasterKey(credentials?.master_key, request),
      }),
    ],
    callbacks: {
      // A master key has no epoch: its sessions end when its row is retired.
      jwt: ({ token, user }) => (user ? { sub: user.id, epoch: 0 } : token),
      redirect: ({ url, baseUrl }) => new URL(localPath(url, baseUrl), baseUrl).href,
    },
    logger: {
      error: (code) => log.error({ code }, "next-auth"),
      warn: (code) => log.warn({ code }, "next-auth"),
      debug: () => undefined,
    },
  };
}

function isOpen(request: NextRequest, steps: readonly string[]): boolean {
  const doors: readonly string[] = request.method === "POST" ? openDoors.POST : openDoors.GET;
  return doors.includes(steps.join("/"));
}

/** Answers a request to /api/auth/…; what is not used here is not there. */
export async function handleAuth(
  request: NextRequest,
  context: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  const { nextauth } = await context.params;
  if (!isOpen(request, nextauth)) return new Response("Not found", { status: 404 });
  // next-auth reads a body of any size into memory; browsers always say how long a form is.
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  if (request.method === "POST" && !(length <= largestFormBytes)) return new Response("Too large", { status: 413 });
  return NextAuth(request, context, authOptions());
}
