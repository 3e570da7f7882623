import { expect, test } from "vitest";
import { routes } from "@/app/api/v1/routes";
import { hashSecret } from "@/lib/auth/hash";
import { createApi } from "@/lib/testing/api";
import { openTestDatabase } from "@/lib/testing/database";
import { makeAdminBearer, makeMember, makePerson, makeTeam } from "@/lib/testing/factories";

const t = openTestDatabase();
const api = createApi(routes);

/** Every row of every table as text. */
async function dumpDatabase(): Promise<string> {
  const { rows } = await t.pool.query<{ name: string }>(
    "SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
  );
  const tables = await Promise.all(
    rows.map(({ name }) => t.pool.query<{ text: string }>(`SELECT x::text AS text FROM ${name} x`)),
  );
  return tables.flatMap((table) => table.rows.map((row) => row.text)).join("\n");
}

test("a secret is in the answer that made it and nowhere else: no other answer, no table, no log of changes", async () => {
  const team = await makeTeam(t.db);
  const { user, bearer } = await makePerson(t.db);
  await makeMember(t.db, team, user);
  const callers = [api.as(await makeAdminBearer(t.db)), api.as(bearer)];
  const [admin] = callers;
  if (!admin) throw new Error("there is an admin");

  const headers = { "idempotency-key": "keep-me-secret" };
  const made = await admin.post("/keys", { type: "user", name: "canary", user_id: user.id }, { headers });
  const { id } = made.body.key as { id: string };
  const rotated = await admin.post(
    `/keys/${id}/rotate`,
    { overlap: "1h" },
    { headers: { "idempotency-key": "again" } },
  );
  const secrets = [String(made.body.secret), String(rotated.body.secret)];

  const later = [
    await admin.patch(`/keys/${id}`, { name: "canary two" }),
    await admin.post(`/keys/${id}/block`),
    await admin.post(`/keys/${id}/unblock`),
    await admin.post(`/keys/${id}/revoke`, { reason: "done" }),
    await admin.post(`/keys/${id}/restore`),
    await admin.post("/keys/bulk", { action: "block", ids: [id] }),
  ];
  for (const caller of callers)
    for (const path of [`/keys/${id}`, "/keys?limit=200", `/users/${user.id}`, "/me", "/me/keys", "/me/teams"])
      later.push(await caller.get(path));
  const answers = JSON.stringify(later);
  const dump = await dumpDatabase();
  expect(answers).toContain(id);
  expect(dump).toContain(id);
  for (const secret of secrets) {
    expect(answers).not.toContain(secret);
    expect(answers).not.toContain(hashSecret(secret));
    // The part that is random, in case it were kept without its prefix.
    expect(dump).not.toContain(secret.slice("sk-user-".length, -4));
    expect(dump.split(hashSecret(secret))).toHaveLength(2);
  }
});
