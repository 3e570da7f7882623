/**
 * Where things are on this server: paths of pages and of what pages call, each written once. Leaf: anyone may import it.
 */

export const homePath = "/";
export const errorPath = "/error";
export const signOutPath = "/sign-out";
/** One's own sessions; for everybody who is signed in. */
export const accountPath = "/account";
/** One's own keys. */
export const keysPath = "/keys";
/** The teams that one is in. */
export const teamsPath = "/teams";
export const teamPath = (id: string) => `${teamsPath}/${id}`;
/** What one's calls are charged to, and the way to ask for more. */
export const budgetsPath = "/budgets";
export const budgetPath = (id: string) => `${budgetsPath}/${id}`;
/** How to call from other people's programs. */
export const connectPath = "/connect";
/** The same, with one of one's keys. */
export const connectKeyPath = (keyId: string) => `${connectPath}?${new URLSearchParams({ key: keyId })}`;
/** The overview, first of the administrators' pages. */
export const adminPath = "/admin";
/** One's own usage, or that of one's teams, and the calls behind it. */
export const usagePath = "/usage";
export const ownCallsPath = "/usage/calls";
export const ownCallPath = (id: string) => `${ownCallsPath}/${id}`;
export const adminUsagePath = "/admin/usage";
/** The calls; what people ask for is at requests. */
export const callsPath = "/admin/calls";
export const callPath = (id: string) => `${callsPath}/${id}`;
export const adminUsersPath = "/admin/users";
export const adminUserPath = (id: string) => `${adminUsersPath}/${id}`;
export const adminTeamsPath = "/admin/teams";
export const adminTeamPath = (id: string) => `${adminTeamsPath}/${id}`;
export const adminKeysPath = "/admin/keys";
export const adminKeyPath = (id: string) => `${adminKeysPath}/${id}`;
export const adminBudgetsPath = "/admin/budgets";
export const adminBudgetPath = (id: string) => `${adminBudgetsPath}/${id}`;
/** What people ask for, to be decided: of everybody, and of the teams that one owns. */
export const adminApprovalsPath = "/admin/approvals";
export const approvalsPath = "/approvals";
export const providersPath = "/admin/providers";
export const providerPath = (id: string) => `${providersPath}/${id}`;
export const modelsPath = "/admin/models";
export const modelPath = (id: string) => `${modelsPath}/${id}`;
export const webhooksPath = "/admin/webhooks";
export const webhookPath = (id: string) => `${webhooksPath}/${id}`;
/** One delivery, whichever webhook it was for. */
export const deliveryPath = (id: string) => `${webhooksPath}/deliveries/${id}`;
export const auditPath = "/admin/audit";
export const settingsPath = "/admin/settings";
export const signInAdminPath = "/admin/sign-in";
/** Where an invitation's link leads; its secret stands in the fragment. */
export const invitationPath = "/invitation";
export const docsPath = "/docs";
export const openApiPath = "/api/v1/openapi.json";

/** Pages that nobody needs to be signed in for; each also covers what is below it. */
const publicPages = ["/sign-in", errorPath, invitationPath] as const;

/** next-auth's own endpoints: the forms post to them, with its token against forged requests. */
export const authEndpoints = {
  csrf: "/api/auth/csrf",
  masterKey: "/api/auth/callback/master-key",
  dex: "/api/auth/signin/dex",
  dexCallback: "/api/auth/callback/dex",
  signOut: "/api/auth/signout",
} as const;

/** The sign-in page; afterwards it leads to `returnTo`, a path on this server. `reason` is a code that the page has words for. */
export function signInPath(options: { returnTo?: string; reason?: string } = {}): string {
  const query = new URLSearchParams();
  if (options.returnTo && options.returnTo !== homePath) query.set("callbackUrl", options.returnTo);
  if (options.reason) query.set("error", options.reason);
  return query.size > 0 ? `/sign-in?${query}` : "/sign-in";
}

export function isPublicPage(pathname: string): boolean {
  return publicPages.some((page) => pathname === page || pathname.startsWith(`${page}/`));
}

/**
 * The path on `origin` that `target` leads to, or `/` where it leads to any other place: what may follow a sign-in. `target`
 * is an absolute URL or a path, and comes from anybody.
 */
export function localPath(target: string | null | undefined, origin: string): string {
  if (!target || !URL.canParse(target, origin)) return homePath;
  const url = new URL(target, origin);
  // `/.//example.com` is a path of ours until it is written into a link again: two slashes start a host.
  if (url.origin !== new URL(origin).origin || url.pathname.startsWith("//")) return homePath;
  return `${url.pathname}${url.search}${url.hash}`;
}
