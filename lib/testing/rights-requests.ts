/**
 * A valid request to every route, on things of a team that the callers of the rights matrix have their places in: whatever is refused
 * is refused for who asks. Keys are those of the matrix, app/api/v1/rights-matrix. Tests only.
 */
import type { Recipe } from "./rights";
import type { Targets } from "./targets";

let count = 0;
/** A name that nothing has yet. */
const fresh = (kind: string) => `${kind}-${process.pid}-${Date.now()}-${count++}`;
const nothing: Recipe = () => ({});
const id =
  (find: (t: Targets) => Promise<string>, body?: unknown): Recipe =>
  async (t) => ({ params: { id: await find(t) }, ...(body === undefined ? {} : { body }) });

const email = () => `${fresh("person")}@example.test`;
const price = { input_per_mtok_usd: "1", output_per_mtok_usd: "2" };
const budgetTerms = { limit_usd: "5", period: "monthly" };

export const rightsRequests: Record<string, Recipe> = {
  "GET /openapi.json": nothing,
  "GET /status": nothing,
  "GET /metrics": nothing,

  "GET /search": () => ({ query: "q=a" }),
  "GET /me": nothing,
  "GET /me/keys": nothing,
  "GET /me/models": nothing,
  "GET /me/models (with a key)": async (t) => ({ query: `key_id=${await t.key()}` }),
  "GET /me/usage": nothing,
  "GET /me/budgets": nothing,
  "GET /me/teams": nothing,
  "GET /me/sessions": nothing,
  "DELETE /me/sessions/{id}": id((t) => t.session()),
  "DELETE /me/sessions/{id} (own)": id((t) => t.ownSession()),
  "POST /me/sign-out": nothing,

  "GET /users": nothing,
  "POST /users": () => ({ body: { email: email() } }),
  "POST /users/bulk": async (t) => ({ body: { action: "sign_out", ids: [await t.person()] } }),
  "GET /users/{id}": id((t) => t.person()),
  "GET /users/{id} (own)": id((t) => t.self()),
  "PATCH /users/{id}": id((t) => t.person(), { name: "Changed" }),
  "PATCH /users/{id} (own)": id((t) => t.self(), { name: "Changed" }),
  "DELETE /users/{id}": id((t) => t.person()),
  "POST /users/{id}/disable": id((t) => t.person(), { reason: "left" }),
  "POST /users/{id}/enable": id((t) => t.disabledPerson()),
  "POST /users/{id}/sign-out": id((t) => t.person()),

  "GET /teams": nothing,
  "POST /teams": () => ({ body: { name: fresh("team") } }),
  "POST /teams (below)": async (t) => ({ body: { name: fresh("team"), parent_id: await t.team() } }),
  "POST /teams/bulk": async (t) => ({ body: { action: "set_limits", ids: [await t.team()], rpm_limit: 7 } }),
  "GET /teams/{id}": id((t) => t.team()),
  "PATCH /teams/{id}": id((t) => t.team(), { metadata: { changed: true } }),
  "PATCH /teams/{id} (its limit)": id((t) => t.team(), { rpm_limit: 7 }),
  "DELETE /teams/{id}": id((t) => t.team()),
  "GET /teams/{id}/effective": id((t) => t.team()),
  "GET /teams/{id}/members": id((t) => t.team()),
  "POST /teams/{id}/members": async (t) => ({
    params: { id: await t.team() },
    body: { user_id: await t.stranger(), role: "member" },
  }),
  "PATCH /teams/{id}/members/{user_id}": async (t) => ({
    params: { id: await t.team(), user_id: await t.person() },
    body: { role: "viewer" },
  }),
  "DELETE /teams/{id}/members/{user_id}": async (t) => ({ params: { id: await t.team(), user_id: await t.person() } }),

  "GET /invitations": nothing,
  "POST /invitations": () => ({ body: { email: email() } }),
  "POST /invitations (to the team)": async (t) => ({ body: { email: email(), team_id: await t.team() } }),
  "POST /invitations/open": async (t) => {
    await t.invitation();
    return { body: { secret: t.invitationSecret } };
  },
  "GET /invitations/{id}": id((t) => t.invitation()),
  "DELETE /invitations/{id}": id((t) => t.invitation()),
  "POST /invitations/{id}/resend": id((t) => t.invitation(), {}),

  "GET /keys": nothing,
  "POST /keys": async (t) => ({ body: { type: "user", name: "for the person", user_id: await t.person() } }),
  "POST /keys (own)": async (t) => ({ body: { type: "user", name: "own", user_id: await t.self() } }),
  "POST /keys (the team's)": async (t) => ({ body: { type: "team", name: "shared", team_id: await t.team() } }),
  "POST /keys (an admin's)": () => ({ body: { type: "admin", name: "admin" } }),
  "POST /keys/bulk": async (t) => ({ body: { action: "block", ids: [await t.ownKey()] } }),
  "GET /keys/{id}": id((t) => t.key()),
  "GET /keys/{id} (own)": id((t) => t.ownKey()),
  "GET /keys/{id}/chain": id((t) => t.key()),
  "GET /keys/{id}/chain (own)": id((t) => t.ownKey()),
  "PATCH /keys/{id}": id((t) => t.key(), { name: "changed" }),
  "PATCH /keys/{id} (own)": id((t) => t.ownKey(), { name: "changed" }),
  "DELETE /keys/{id}": id((t) => t.revokedKey()),
  "POST /keys/{id}/rotate": id((t) => t.key(), {}),
  "POST /keys/{id}/rotate (own)": id((t) => t.ownKey(), {}),
  "POST /keys/{id}/revoke": id((t) => t.key(), {}),
  "POST /keys/{id}/revoke (own)": id((t) => t.ownKey(), {}),
  "POST /keys/{id}/restore": id((t) => t.revokedKey()),
  "POST /keys/{id}/block": id((t) => t.key()),
  "POST /keys/{id}/unblock": id((t) => t.blockedKey()),

  "GET /providers": nothing,
  "GET /providers/catalogue": nothing,
  "GET /providers/with-keys": nothing,
  "POST /providers/test": () => ({ body: { base_url: "https://provider.invalid/v1" } }),
  "POST /providers": () => ({ body: { name: fresh("provider"), base_url: "https://provider.example/v1" } }),
  "GET /providers/{id}": id((t) => t.provider()),
  "PUT /providers/{id}": id((t) => t.provider(), { base_url: "https://provider.invalid/v1" }),
  "PATCH /providers/{id}": id((t) => t.provider(), { enabled: false }),
  "DELETE /providers/{id}": id((t) => t.provider()),
  "POST /providers/{id}/test": id((t) => t.provider(), {}),
  "GET /providers/{id}/credentials": id((t) => t.provider()),
  "POST /providers/{id}/credentials": id((t) => t.provider(), { name: "second", api_key: "sk-second-0123456789" }),
  "PATCH /providers/{id}/credentials/{cred_id}": async (t) => ({
    params: { id: await t.provider(), cred_id: await t.credential() },
    body: { weight: 2 },
  }),
  "DELETE /providers/{id}/credentials/{cred_id}": async (t) => ({
    params: { id: await t.provider(), cred_id: await t.credential() },
  }),
  "GET /providers/{id}/models": id((t) => t.provider()),
  "POST /providers/{id}/models": id((t) => t.provider(), { name: "new-model" }),
  "DELETE /providers/models/{model_id}": async (t) => ({ params: { model_id: await t.model() } }),

  "GET /models": nothing,
  "GET /models/{id}": id((t) => t.model()),
  "PATCH /models/{id}": id((t) => t.model(), { price }),
  "GET /models/{id}/price": id((t) => t.model()),

  "GET /budgets": nothing,
  "POST /budgets": async (t) => ({ body: { ...budgetTerms, scope: { type: "team", id: await t.team() } } }),
  "POST /budgets (on oneself)": async (t) => ({
    body: { ...budgetTerms, scope: { type: "user", id: await t.self() } },
  }),
  "GET /budgets/{id}": id((t) => t.budget()),
  "PATCH /budgets/{id}": id((t) => t.budget(), { limit_usd: "9" }),
  "DELETE /budgets/{id}": id((t) => t.budget()),
  "GET /budgets/{id}/periods": id((t) => t.budget()),
  "GET /budgets/{id}/alerts": id((t) => t.budget()),
  "GET /budgets/{id}/burn-down": id((t) => t.budget()),
  "GET /alerts": nothing,

  "GET /requests": nothing,
  "POST /requests": async (t) => ({ body: { budget_id: await t.ownBudget(), amount_usd: "1", reason: "more" } }),
  "GET /requests/{id}": id((t) => t.request()),
  "GET /requests/{id} (own)": id((t) => t.ownRequest()),
  "POST /requests/{id}/approve": id((t) => t.request(), {}),
  "POST /requests/{id}/approve (own)": id((t) => t.ownRequest(), {}),
  "POST /requests/{id}/deny": id((t) => t.request(), { reason: "no" }),
  "POST /requests/{id}/withdraw": id((t) => t.request()),
  "POST /requests/{id}/withdraw (own)": id((t) => t.ownRequest()),

  "GET /usage/summary": nothing,
  "GET /usage/events": nothing,
  "GET /usage/events/{id}": id((t) => t.event()),
  "GET /usage/export": () => ({ query: "format=ndjson" }),
  "GET /usage/refusals": nothing,
  "GET /usage/latency": nothing,

  "GET /webhooks": nothing,
  "POST /webhooks": () => ({ body: { url: "https://example.com/hook" } }),
  "GET /webhooks/{id}": id((t) => t.webhook()),
  "PATCH /webhooks/{id}": id((t) => t.webhook(), { description: "changed" }),
  "DELETE /webhooks/{id}": id((t) => t.webhook()),
  "POST /webhooks/{id}/test": id((t) => t.webhook()),
  "POST /webhooks/{id}/rotate-secret": id((t) => t.webhook(), {}),
  "GET /webhooks/{id}/deliveries": id((t) => t.webhook()),
  "POST /deliveries/bulk": async (t) => ({ body: { action: "replay", ids: [await t.delivery()] } }),
  "GET /deliveries/{id}": id((t) => t.delivery()),
  "POST /deliveries/{id}/replay": id((t) => t.delivery()),

  "GET /audit": nothing,
  "GET /audit/export": () => ({ query: "format=ndjson&action=nothing.happened" }),
  "POST /audit/verify": nothing,

  "GET /settings": nothing,
  "PATCH /settings": () => ({ body: { cooldown_seconds: 31 } }),
  "POST /settings/mapping/preview": () => ({ body: { claims: { sub: "x", email: "x@example.test", groups: [] } } }),
  "GET /sign-ins": nothing,
};
