/**
 * Who may ask what: for every route the status that each kind of caller gets to a valid request (lib/testing/rights-requests) on things of a team
 * that they have their place in. Data, read by the tests and by nothing else; a route without a row fails them, and so does a row
 * without a route. What stands in brackets is the same route asked for something else.
 *
 * The columns are `rightsColumns`. 401: nobody, or nobody any more. 403: known and not allowed. 404: hidden, the same bytes as missing.
 * 422: the body names what is hidden from this caller, so there is no such thing. Everything else is the answer that was asked for.
 */
export const rightsColumns = [
  "no session",
  "other team's member",
  "viewer",
  "member",
  "owner",
  "manager",
  "admin",
  "disabled",
  "demoted",
  "virtual key",
  "admin key",
  "master key",
] as const;

/** One status per column, in their order. */
type StatusPer<Names extends readonly string[]> = { readonly [Index in keyof Names]: number };
type Row = StatusPer<typeof rightsColumns>;

// Rows that say the same: what is open to all, what is everybody's own, what is for admins alone.
const open = (status: number): Row => Array<number>(12).fill(status) as unknown as Row;
const somebody = (s: number): Row => [401, s, s, s, s, s, s, 401, s, s, s, s];
const everyone = (s: number): Row => [401, s, s, s, s, s, s, 401, s, 403, s, s];
const admins = (s: number): Row => [401, 403, 403, 403, 403, 403, s, 401, 403, 403, s, s];
// A team's owner, whoever stands above all teams, and nobody else.
const leaders = (s: number): Row => [401, 403, 403, 403, s, s, s, 401, 403, 403, s, s];
const managers = (s: number): Row => [401, 403, 403, 403, 403, s, s, 401, 403, 403, s, s];
// What everyone in the team sees, and what only its leaders do; to everybody else it is not there.
const seenByTeam = (s: number): Row => [401, 404, s, s, s, s, s, 401, 404, 403, s, s];
const seenByLeaders = (s: number): Row => [401, 404, 404, 404, s, s, s, 401, 404, 403, s, s];
// Viewers write nothing, so they are refused at the door; the others do not see whose it is.
const keptByLeaders = (s: number): Row => [401, 404, 403, 404, s, s, s, 401, 404, 403, s, s];
const ownButViewers = (s: number): Row => [401, s, 403, s, s, s, s, 401, s, 403, s, s];

export const rightsMatrix: Readonly<Record<string, Row>> = {
  "GET /openapi.json": open(200),
  "GET /status": admins(200),
  "GET /metrics": managers(200),

  // Whoever was handed a guest key learns what the key may do, and nothing else.
  // Finds what the caller's lists would show, which for a guest key is nothing.
  "GET /search": somebody(200),
  "GET /me": somebody(200),
  "GET /me/keys": everyone(200),
  "GET /me/models": everyone(200),
  "GET /me/models (with a key)": [401, 404, 404, 404, 200, 200, 200, 401, 404, 403, 200, 200],
  "GET /me/usage": everyone(200),
  "GET /me/budgets": everyone(200),
  "GET /me/teams": everyone(200),
  "GET /me/sessions": everyone(200),
  "DELETE /me/sessions/{id}": everyone(404),
  // A key has no sessions.
  "DELETE /me/sessions/{id} (own)": [401, 204, 204, 204, 204, 204, 204, 401, 204, 403, 404, 204],
  "POST /me/sign-out": everyone(201),

  "GET /users": everyone(200),
  "POST /users": admins(201),
  "POST /users/bulk": admins(201),
  "GET /users/{id}": seenByLeaders(200),
  "GET /users/{id} (own)": everyone(200),
  "PATCH /users/{id}": admins(200),
  "PATCH /users/{id} (own)": admins(200),
  "DELETE /users/{id}": admins(204),
  "POST /users/{id}/disable": admins(201),
  "POST /users/{id}/enable": admins(201),
  "POST /users/{id}/sign-out": admins(201),

  "GET /teams": everyone(200),
  "POST /teams": managers(201),
  "POST /teams (below)": leaders(201),
  "POST /teams/bulk": leaders(201),
  "GET /teams/{id}": seenByTeam(200),
  "PATCH /teams/{id}": leaders(200),
  "PATCH /teams/{id} (its limit)": leaders(200),
  "DELETE /teams/{id}": leaders(204),
  "GET /teams/{id}/effective": seenByTeam(200),
  "GET /teams/{id}/members": seenByTeam(200),
  "POST /teams/{id}/members": leaders(201),
  "PATCH /teams/{id}/members/{user_id}": leaders(200),
  "DELETE /teams/{id}/members/{user_id}": leaders(204),

  "GET /invitations": leaders(200),
  "POST /invitations": managers(201),
  "POST /invitations (to the team)": leaders(201),
  "POST /invitations/open": open(201),
  "GET /invitations/{id}": leaders(200),
  "DELETE /invitations/{id}": leaders(204),
  "POST /invitations/{id}/resend": leaders(201),

  "GET /keys": everyone(200),
  "POST /keys": [401, 422, 403, 422, 201, 201, 201, 401, 422, 403, 201, 201],
  "POST /keys (own)": ownButViewers(201),
  "POST /keys (the team's)": [401, 422, 403, 403, 201, 201, 201, 401, 422, 403, 201, 201],
  "POST /keys (an admin's)": admins(201),
  "POST /keys/bulk": ownButViewers(201),
  "GET /keys/{id}": seenByLeaders(200),
  "GET /keys/{id} (own)": everyone(200),
  "GET /keys/{id}/chain": seenByLeaders(200),
  "GET /keys/{id}/chain (own)": everyone(200),
  "PATCH /keys/{id}": keptByLeaders(200),
  "PATCH /keys/{id} (own)": ownButViewers(200),
  "DELETE /keys/{id}": keptByLeaders(204),
  "POST /keys/{id}/rotate": keptByLeaders(201),
  "POST /keys/{id}/rotate (own)": ownButViewers(201),
  "POST /keys/{id}/revoke": keptByLeaders(201),
  "POST /keys/{id}/revoke (own)": ownButViewers(201),
  "POST /keys/{id}/restore": keptByLeaders(201),
  "POST /keys/{id}/block": keptByLeaders(201),
  "POST /keys/{id}/unblock": keptByLeaders(201),

  "GET /providers": admins(200),
  "GET /providers/catalogue": admins(200),
  "GET /providers/with-keys": admins(200),
  "POST /providers/test": admins(201),
  "POST /providers": admins(201),
  "GET /providers/{id}": admins(200),
  "PUT /providers/{id}": admins(200),
  "PATCH /providers/{id}": admins(200),
  "DELETE /providers/{id}": admins(204),
  "POST /providers/{id}/test": admins(201),
  "GET /providers/{id}/credentials": admins(200),
  "POST /providers/{id}/credentials": admins(201),
  "PATCH /providers/{id}/credentials/{cred_id}": admins(200),
  "DELETE /providers/{id}/credentials/{cred_id}": admins(204),
  "GET /providers/{id}/models": admins(200),
  "POST /providers/{id}/models": admins(201),
  "DELETE /providers/models/{model_id}": admins(204),

  "GET /models": everyone(200),
  "GET /models/{id}": everyone(200),
  "PATCH /models/{id}": admins(200),
  "GET /models/{id}/price": everyone(200),

  "GET /budgets": everyone(200),
  "POST /budgets": leaders(201),
  // Nobody limits themselves, or limits would be suggestions; those above all teams answer for what they do.
  "POST /budgets (on oneself)": managers(201),
  "GET /budgets/{id}": seenByTeam(200),
  "PATCH /budgets/{id}": leaders(200),
  "DELETE /budgets/{id}": leaders(204),
  "GET /budgets/{id}/periods": seenByTeam(200),
  "GET /budgets/{id}/alerts": seenByTeam(200),
  "GET /budgets/{id}/burn-down": seenByTeam(200),
  "GET /alerts": everyone(200),

  "GET /requests": everyone(200),
  // Who is no person asks for nothing, and viewers change nothing.
  "POST /requests": [401, 201, 403, 201, 201, 201, 201, 401, 201, 403, 403, 403],
  "GET /requests/{id}": seenByLeaders(200),
  "GET /requests/{id} (own)": everyone(200),
  "POST /requests/{id}/approve": leaders(201),
  // Nobody decides on what they asked for.
  "POST /requests/{id}/approve (own)": [401, 403, 403, 403, 403, 403, 403, 401, 403, 403, 201, 201],
  "POST /requests/{id}/deny": leaders(201),
  "POST /requests/{id}/withdraw": [401, 404, 403, 404, 403, 403, 403, 401, 404, 403, 403, 403],
  "POST /requests/{id}/withdraw (own)": [401, 201, 403, 201, 201, 201, 201, 401, 201, 403, 403, 403],

  "GET /usage/summary": everyone(200),
  "GET /usage/events": everyone(200),
  "GET /usage/events/{id}": seenByLeaders(200),
  "GET /usage/export": everyone(200),
  "GET /usage/refusals": everyone(200),
  // Of models, whoever called them: no part of it belongs to anybody.
  "GET /usage/latency": managers(200),

  "GET /webhooks": admins(200),
  "POST /webhooks": admins(201),
  "GET /webhooks/{id}": admins(200),
  "PATCH /webhooks/{id}": admins(200),
  "DELETE /webhooks/{id}": admins(204),
  "POST /webhooks/{id}/test": admins(201),
  "POST /webhooks/{id}/rotate-secret": admins(201),
  "GET /webhooks/{id}/deliveries": admins(200),
  "POST /deliveries/bulk": admins(201),
  "GET /deliveries/{id}": admins(200),
  "POST /deliveries/{id}/replay": admins(201),

  "GET /audit": admins(200),
  "GET /audit/export": admins(200),
  "POST /audit/verify": admins(201),

  "GET /settings": admins(200),
  "PATCH /settings": admins(200),
  "POST /settings/mapping/preview": admins(201),
  "GET /sign-ins": admins(200),
};
