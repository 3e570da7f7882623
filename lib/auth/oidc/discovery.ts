/**
 * What the issuer says about itself, read from its discovery document (OpenID Connect Discovery 1.0, section 4) and kept for a few
 * minutes. Where the server reaches the issuer by another name, what it calls itself is called there; what browsers open stays as
 * it is. TLS is verified either way. Called by lib/auth/oidc alone.
 */
import { request } from "undici";
import { z } from "zod";
import type { RunningConfig } from "@/lib/config/config";
import { authEndpoints } from "@/lib/paths";
import { SignInError } from "@/lib/sign-ins/codes";
import { unreachable } from "./problems";

const timeoutMs = 5_000;
const largestBytes = 256 * 1024;
const freshMs = 5 * 60_000;

/** Sign-in by OpenID Connect as configured. */
export interface ProviderSettings {
  /** Without a slash at its end. */
  issuer: string;
  /** Where this server reaches it; the same where no other is given. */
  internalIssuer: string;
  clientId: string;
  clientSecret: string;
  redirectUrl: string;
}

const endpoint = z.url({ protocol: /^https?$/ });
const document = z.object({
  issuer: z.string(),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  jwks_uri: endpoint,
  userinfo_endpoint: endpoint.optional(),
  id_token_signing_alg_values_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});
export type ProviderDocument = z.output<typeof document>;

/** Null where sign-in by Dex is off. */
export function readProviderSettings(config: RunningConfig): ProviderSettings | null {
  const { dexEnabled, dexIssuer, dexInternalIssuer, dexClientId, dexClientSecret, dexRedirectUrl, publicUrl } = config;
  if (!dexEnabled || !dexIssuer || !dexClientId || !dexClientSecret) return null;
  return {
    issuer: dexIssuer,
    internalIssuer: dexInternalIssuer ?? dexIssuer,
    clientId: dexClientId,
    clientSecret: dexClientSecret,
    redirectUrl: dexRedirectUrl ?? `${publicUrl}${authEndpoints.dexCallback}`,
  };
}

/** `url` as this server reaches it: below the issuer, or at least on its host. */
export function toInternal(url: string, { issuer, internalIssuer }: ProviderSettings): string {
  if (url === issuer || url.startsWith(`${issuer}/`)) return internalIssuer + url.slice(issuer.length);
  const { origin } = new URL(issuer);
  return new URL(url).origin === origin ? new URL(internalIssuer).origin + url.slice(origin.length) : url;
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > largestBytes) throw unreachable("its discovery document is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function fetchDocument(url: string): Promise<unknown> {
  try {
    const { statusCode, body } = await request(url, {
      headers: { accept: "application/json" },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
      // Asked so rarely that a connection kept open would be closed at the other end by then.
      reset: true,
    });
    const text = await readBounded(body);
    if (statusCode !== 200) throw unreachable(`its discovery document is answered with status ${statusCode}`);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SignInError) throw error;
    if (error instanceof SyntaxError) throw unreachable("its discovery document is not JSON");
    const { code, name } = error as { code?: unknown; name?: string };
    throw unreachable(
      typeof code === "string" ? code : name === "TimeoutError" ? "it did not answer in time" : "no answer",
    );
  }
}

async function discover(settings: ProviderSettings): Promise<ProviderDocument> {
  const answer = await fetchDocument(`${settings.internalIssuer}/.well-known/openid-configuration`);
  const { data, error } = document.safeParse(answer);
  if (!data) throw unreachable(`its discovery document has no usable ${error.issues[0]?.path.join(".") || "content"}`);
  // Otherwise another issuer could speak for this one. The configuration drops a slash at the end, which tokens may carry.
  if (data.issuer !== settings.issuer && data.issuer !== `${settings.issuer}/`)
    throw new SignInError("provider_unreachable", {
      reason: "its discovery document names another issuer",
      expected: settings.issuer,
      found: data.issuer.slice(0, 300),
    });
  const { token_endpoint, jwks_uri, userinfo_endpoint } = data;
  return {
    ...data,
    token_endpoint: toInternal(token_endpoint, settings),
    jwks_uri: toInternal(jwks_uri, settings),
    ...(userinfo_endpoint ? { userinfo_endpoint: toInternal(userinfo_endpoint, settings) } : {}),
  };
}

interface Known {
  key: string;
  readAt: number;
  document: Promise<ProviderDocument>;
}

const memo = globalThis as unknown as { pllmIssuer?: Known };

/**
 * The issuer's document, at most `maxAgeMs` old. Throws a SignInError "provider_unreachable" where the issuer does not answer, or
 * not as itself.
 */
export async function readProvider(settings: ProviderSettings, maxAgeMs = freshMs): Promise<ProviderDocument> {
  const key = JSON.stringify(settings);
  const known = memo.pllmIssuer;
  if (known?.key === key && performance.now() - known.readAt < maxAgeMs) return known.document;
  const fresh: Known = { key, readAt: performance.now(), document: discover(settings) };
  memo.pllmIssuer = fresh;
  try {
    return await fresh.document;
  } catch (error) {
    // A failure is nobody's answer but that of those who wait for it now.
    if (memo.pllmIssuer === fresh) delete memo.pllmIssuer;
    throw error;
  }
}
