/** Where the development sign-in may run: on one's own machine, in the embedded mode, beside no real identity provider. Pure. */

export interface DevelopmentFacts {
  embedded: boolean;
  dexIssuer: string | null;
  /** The file says that there is to be no such sign-in. */
  isDexOff: boolean;
  /** NODE_ENV as the operator set it, which is before the server sets its own. */
  nodeEnv: string | undefined;
  publicUrl: string | null;
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127\./.test(hostname);
}

/** Why it may not run, as a clause that names the setting; null where it may. */
export function findDevelopmentObstacle(facts: DevelopmentFacts): string | null {
  const { embedded, dexIssuer, isDexOff, nodeEnv, publicUrl } = facts;
  if (!embedded) return "DATABASE_URL is set, so this is no embedded server";
  if (dexIssuer !== null) return "DEX_ISSUER is set, so a real identity provider is there";
  if (isDexOff) return "auth.dex.enabled is off";
  if (nodeEnv === "production") return "NODE_ENV is production";
  if (publicUrl !== null && !isLoopback(publicUrl)) return "NEXTAUTH_URL is not on this machine's loopback";
  return null;
}
