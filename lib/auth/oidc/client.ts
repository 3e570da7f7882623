/**
 * Calls of the token endpoint, with every check that OpenID Connect asks for: openid-client's, on a client that is set up here and
 * nowhere else, so that sign-in and refresh cannot differ. Called by lib/auth/oidc alone.
 */
import http from "node:http";
import https from "node:https";
import {
  type CallbackParamsType,
  type Client,
  custom,
  Issuer,
  type OpenIDCallbackChecks,
  type TokenSet,
} from "openid-client";
import { SignInError } from "@/lib/sign-ins/codes";
import { type ProviderDocument, type ProviderSettings, readProvider } from "./discovery";
import { toSignInError } from "./problems";

const timeoutMs = 8_000;
const clockToleranceSeconds = 10;
/** Signatures that only the provider can make; `none` and those with the client's secret are not among them. */
const signatures = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

const memo = globalThis as unknown as { pllmOidcClient?: { key: string; client: Client } };

function chooseSignature(document: ProviderDocument): string {
  const offered = document.id_token_signing_alg_values_supported ?? ["RS256"];
  const usable = signatures.find((name) => offered.includes(name));
  if (!usable) throw new SignInError("token_invalid", { check: "algorithm", found: offered.join(", ").slice(0, 300) });
  return usable;
}

function makeClient(settings: ProviderSettings, document: ProviderDocument): Client {
  const methods = document.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  const hasBasic = methods.includes("client_secret_basic") || !methods.includes("client_secret_post");
  const issuer = new Issuer({ ...document });
  const client = new issuer.Client({
    client_id: settings.clientId,
    client_secret: settings.clientSecret,
    redirect_uris: [settings.redirectUrl],
    response_types: ["code"],
    token_endpoint_auth_method: hasBasic ? "client_secret_basic" : "client_secret_post",
    id_token_signed_response_alg: chooseSignature(document),
  });
  client[custom.clock_tolerance] = clockToleranceSeconds;
  // A connection that the provider closes while it rests would take a code or a refresh token with it, which count once: each call
  // has its own.
  const agents = { "http:": new http.Agent(), "https:": new https.Agent() };
  const httpOptions = ({ protocol }: URL) => ({
    timeout: timeoutMs,
    agent: protocol === "https:" ? agents["https:"] : agents["http:"],
  });
  client[custom.http_options] = httpOptions;
  issuer[custom.http_options] = httpOptions;
  return client;
}

/** Kept while the issuer says the same about itself, as its keys are kept with it; openid-client asks for new keys by itself. */
async function openClient(settings: ProviderSettings): Promise<Client> {
  const document = await readProvider(settings);
  const key = JSON.stringify([settings, document]);
  if (memo.pllmOidcClient?.key !== key) memo.pllmOidcClient = { key, client: makeClient(settings, document) };
  return memo.pllmOidcClient.client;
}

/** openid-client watches for silence only; a provider that drips its answer must not hold anybody either. */
async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new SignInError("provider_unreachable", { reason: "it took too long" })),
      2 * timeoutMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw toSignInError(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Exchanges the code of an answer; the ID token has passed its checks. Throws a SignInError. */
export async function exchangeCode(
  settings: ProviderSettings,
  answer: CallbackParamsType,
  checks: OpenIDCallbackChecks,
): Promise<TokenSet> {
  const client = await openClient(settings);
  // Nothing is taken from the address bar but the code: tokens come from the token endpoint.
  const { code, state, iss, error, error_description } = answer;
  const given = Object.entries({ code, state, iss, error, error_description }).filter(
    ([, value]) => value !== undefined,
  );
  return within(client.callback(settings.redirectUrl, Object.fromEntries(given), { ...checks, response_type: "code" }));
}

export interface RefreshedTokens {
  claims: Record<string, unknown>;
  /** Null where the one that was used goes on. */
  refreshToken: string | null;
}

/**
 * Uses a refresh token. Whose the answer is has to be whom it was asked for, be it in a new ID token or, where the provider gives
 * none, at its userinfo endpoint (OpenID Connect Core 1.0, sections 12.2 and 5.3.2). Throws a SignInError.
 */
export async function refreshTokens(
  settings: ProviderSettings,
  refreshToken: string,
  subject: string,
): Promise<RefreshedTokens> {
  const client = await openClient(settings);
  const tokens = await within(client.refresh(refreshToken));
  const claims = tokens.id_token
    ? tokens.claims()
    : { iss: client.issuer.metadata.issuer, ...(await within(client.userinfo(tokens))) };
  if (claims.sub !== subject) throw new SignInError("token_invalid", { check: "subject" });
  return { claims, refreshToken: tokens.refresh_token ?? null };
}
