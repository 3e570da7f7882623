/** How people sign in here, and whether the issuer answers this server at this moment. Part of the status; names no secret. */
import { readProvider, readProviderSettings } from "@/lib/auth/oidc/discovery";
import { getConfig } from "@/lib/config/config";
import { SignInError } from "@/lib/sign-ins/codes";

// Pages ask again and again; an issuer that is slow must not hold them up, nor be asked at each of their calls.
const answersWithinMs = 2_000;
const keptMs = 10_000;

export interface SignInStatus {
  enabled: boolean;
  /** The example people of the development sign-in stand in for a Dex. */
  development: boolean;
  issuer: string | null;
  internal_issuer: string | null;
  client_id: string | null;
  redirect_url: string | null;
  discovery: { state: "ok" | "failed" | "off"; reason: string | null };
}

type Discovery = SignInStatus["discovery"];

function describeFailure(error: unknown): Discovery {
  const { reason, found } = error instanceof SignInError ? error.details : {};
  const words = [reason, found].filter((part) => typeof part === "string").join(": ");
  return { state: "failed", reason: words || "no usable answer" };
}

/** Resolves with `late` where `work` takes longer; the work goes on, and its answer is there at the next call. */
async function orLate<T>(work: Promise<T>, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(late), answersWithinMs);
  });
  const first = await Promise.race([work, waited]);
  clearTimeout(timer);
  return first;
}

export async function readSignInStatus(): Promise<SignInStatus> {
  const config = getConfig();
  const settings = readProviderSettings(config);
  if (!settings)
    return {
      enabled: false,
      development: false,
      issuer: null,
      internal_issuer: null,
      client_id: null,
      redirect_url: null,
      discovery: { state: "off", reason: null },
    };
  const work = readProvider(settings, keptMs).then((): Discovery => ({ state: "ok", reason: null }), describeFailure);
  return {
    enabled: true,
    development: config.developmentSignIn,
    issuer: settings.issuer,
    internal_issuer: settings.internalIssuer === settings.issuer ? null : settings.internalIssuer,
    client_id: settings.clientId,
    redirect_url: settings.redirectUrl,
    discovery: await orLate(work, { state: "failed", reason: `no answer within ${answersWithinMs / 1_000} seconds` }),
  };
}
