/**
 * The cookies of sign-ins that are under way. next-auth keeps one set of them, so that of two tabs the second would break the first;
 * here each sign-in has a set of its own, found again by the state that the provider sends back. Called by lib/auth/next-auth.
 */
import { createHash, randomBytes } from "node:crypto";
import type { CookiesOptions } from "next-auth";
import { decode } from "next-auth/jwt";
import { readCookie } from "../session-token";

/** What a sign-in may take, with a second factor and a lost password in between. */
const maxAgeSeconds = 15 * 60;
/** Tabs at once; more would make the browser send more than servers take. */
const mostFlows = 4;
const parts = ["state", "nonce", "pkce", "return"] as const;
type Part = (typeof parts)[number];

// The prefix binds a cookie to this host, so that no neighbour below the same domain can plant one; browsers take it over https only.
const prefixOf = (isSecure: boolean) => `${isSecure ? "__Host-" : ""}pllm.flow`;

function nameOf(isSecure: boolean, flow: string, part: Part): string {
  return `${prefixOf(isSecure)}.${flow}.${part}`;
}

/** A name for a new sign-in; it sorts by time. */
export function newFlow(nowMs: number): string {
  return `${Math.floor(nowMs / 1_000).toString(36)}-${randomBytes(8).toString("hex")}`;
}

/** next-auth's own cookies for this sign-in. */
export function cookiesOf(flow: string, isSecure: boolean): Partial<CookiesOptions> {
  const options = { httpOnly: true, sameSite: "lax", path: "/", secure: isSecure, maxAge: maxAgeSeconds } as const;
  const cookie = (part: Part) => ({ name: nameOf(isSecure, flow, part), options });
  return {
    state: cookie("state"),
    nonce: cookie("nonce"),
    pkceCodeVerifier: cookie("pkce"),
    callbackUrl: cookie("return"),
  };
}

/** Those that the browser has under way, oldest first. */
function listFlows(cookieHeader: string | null, isSecure: boolean): string[] {
  const prefix = `${prefixOf(isSecure)}.`;
  const names = (cookieHeader ?? "").split(";").map((part) => part.split("=")[0]?.trim() ?? "");
  const flows = names.flatMap((name) => {
    const flow = name.startsWith(prefix) ? name.slice(prefix.length).split(".")[0] : "";
    return flow && /^[a-z0-9]{1,12}-[a-f0-9]{16}$/.test(flow) ? [flow] : [];
  });
  return [...new Set(flows)].sort();
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function hasState(cookie: string | null, name: string, state: string, secret: string): Promise<boolean> {
  if (!cookie) return false;
  try {
    // As next-auth made it: the cookie's name is the salt of its key, so that the value serves under no other name.
    const content = await decode({ token: cookie, secret, salt: name });
    return typeof content?.value === "string" && digestOf(content.value) === digestOf(state);
  } catch {
    return false;
  }
}

/** The sign-in of this browser that has `state`; null where there is none. */
export async function findFlow(
  cookieHeader: string | null,
  state: string | null,
  { isSecure, secret }: { isSecure: boolean; secret: string },
): Promise<string | null> {
  if (!state) return null;
  for (const flow of listFlows(cookieHeader, isSecure)) {
    const name = nameOf(isSecure, flow, "state");
    if (await hasState(readCookie(cookieHeader, name), name, state, secret)) return flow;
  }
  return null;
}

/** `Set-Cookie` lines that forget a sign-in. */
export function forgetFlow(flow: string, isSecure: boolean): string[] {
  const attributes = `Path=/; Max-Age=0; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
  return parts.map((part) => `${nameOf(isSecure, flow, part)}=; ${attributes}`);
}

/** The oldest sign-ins, which have to make room for one more. */
export function flowsToForget(cookieHeader: string | null, isSecure: boolean): string[] {
  const flows = listFlows(cookieHeader, isSecure);
  return flows.slice(0, Math.max(0, flows.length - mostFlows + 1));
}

/** Whether next-auth's answer begins this sign-in. */
export function hasStarted(response: Response, flow: string, isSecure: boolean): boolean {
  const start = `${nameOf(isSecure, flow, "state")}=`;
  return response.headers.getSetCookie().some((line) => line.startsWith(start));
}
