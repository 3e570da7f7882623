/** Signing in and out, over next-auth's own endpoints and with its token against forged requests. For the sign-in form and the frame. */
import { authEndpoints, signInPath } from "@/lib/paths";

async function fetchCsrfToken(): Promise<string> {
  const response = await fetch(authEndpoints.csrf, { cache: "no-store" });
  const { csrfToken } = (await response.json()) as { csrfToken: string };
  return csrfToken;
}

async function post(endpoint: string, fields: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams({ callbackUrl: "/", ...fields, csrfToken: await fetchCsrfToken(), json: "true" });
  return fetch(endpoint, { method: "POST", body, redirect: "error" });
}

// next-auth tells the outcome by the address it would send a page to: the reason stands in there.
function reasonIn(url: string): string | null {
  const { searchParams } = new URL(url, window.location.origin);
  return searchParams.get("error") ?? (searchParams.has("csrf") ? "csrf" : null);
}

/** Null when signed in, else the reason as a code. The key travels in the body of one POST and is kept nowhere. */
export async function signInWithMasterKey(masterKey: string): Promise<string | null> {
  try {
    const response = await post(authEndpoints.masterKey, { master_key: masterKey });
    const { url } = (await response.json()) as { url: string };
    return reasonIn(url) ?? (response.ok ? null : "internal");
  } catch {
    return "unreachable";
  }
}

/**
 * Begins signing in at the identity provider: the address to go to, which may be a page of ours that says why not. By script, because
 * the pages' content policy lets no form lead to another host, not even by a redirect.
 */
export async function startSignIn(returnTo: string): Promise<string> {
  try {
    // Two tabs that ask for next-auth's token at once may get two of them, of which the browser keeps one.
    for (let attempt = 0; ; attempt++) {
      const response = await post(authEndpoints.dex, { callbackUrl: returnTo });
      const { url } = (await response.json()) as { url: string };
      if (attempt > 0 || reasonIn(url) !== "csrf") return url;
    }
  } catch {
    return signInPath({ returnTo, reason: "unreachable" });
  }
}

/** Whether the session's cookie is gone. */
export async function signOut(): Promise<boolean> {
  try {
    const response = await post(authEndpoints.signOut, {});
    const { url } = (await response.json()) as { url: string };
    return response.ok && reasonIn(url) === null;
  } catch {
    return false;
  }
}
