import { expect, test } from "vitest";
import { openTestDatabase } from "@/lib/testing/database";
import { makeKey, makeMember, makeTeam, makeUser } from "@/lib/testing/factories";
import { makeBudget } from "@/lib/testing/gateway";

const t = openTestDatabase();

test.each(["key", "user", "team"] as const)("a budget goes with its %s, and others stay", async (gone) => {
  const [team, other, user] = [await makeTeam(t.db), await makeTeam(t.db), await makeUser(t.db)];
  await makeMember(t.db, team, user);
  const { key } = await makeKey(t.db, { user_id: user.id });
  const scopes = {
    key: { type: "key", id: key.id },
    user: { type: "user", id: user.id },
    team: { type: "team", id: team.id },
    member: { type: "member", id: `${team.id}/${user.id}` },
    other: { type: "team", id: other.id },
  };
  for (const scope of Object.values(scopes)) await makeBudget(t.db, scope, "1");
  if (gone === "key") await t.db.key.delete({ where: { id: key.id } });
  if (gone === "user") await t.db.user.delete({ where: { id: user.id } });
  if (gone === "team") await t.db.team.delete({ where: { id: team.id } });
  const left = await t.db.budget.findMany({ where: { scope_id: { in: Object.values(scopes).map(({ id }) => id) } } });
  const expected = {
    key: ["user", "team", "member", "other"],
    user: ["team", "other"],
    team: ["key", "user", "other"],
  }[gone];
  expect(new Set(left.map(({ scope_id }) => scope_id))).toEqual(
    new Set(expected.map((name) => scopes[name as keyof typeof scopes].id)),
  );
});
